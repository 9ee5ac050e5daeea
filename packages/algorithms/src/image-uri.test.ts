import { describe, expect, it } from 'vitest';
import { resolveAlgorithmImage } from './image-uri.js';

describe('resolveAlgorithmImage', () => {
  it.each([
    ['683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1', '1.7-1'],
    ['141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.5-1', '1.5-1'],
    ['246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-xgboost:1.2-1-cpu-py3', '1.2-1'],
    ['451049120500.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:3.0-5', '3.0-5'],
    ['811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1', '3.0-5'],
    ['xgboost', '3.0-5'],
    ['xgboost:1.3-1', '1.3-1'],
  ])('recognizes %s', (image, version) => {
    expect(resolveAlgorithmImage(image)).toEqual({ name: 'xgboost', version });
  });

  it.each([
    'example.org/team/xgboost:1.7-1',
    '683313688378.dkr.ecr.us-east-1.amazonaws.com/team/sagemaker-xgboost:1.7-1',
    '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:9.9-9',
    'python:3.11',
    '',
  ])('leaves %s alone', (image) => {
    expect(resolveAlgorithmImage(image)).toBeUndefined();
  });
});
