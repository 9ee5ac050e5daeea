import { createHash, createHmac } from 'node:crypto';

/**
 * Makes whole HTTP requests to the SageMaker API, signed and ready to be written to a socket, so that the load generator
 * has nothing to compute while it measures.
 *
 * @param {{ url: string, accessKeyId: string, secretAccessKey: string }} endpoint
 * @returns {(operation: string, input: object) => Buffer}
 */
export function requestSigner({ url, accessKeyId, secretAccessKey }) {
  const { host } = new URL(url);
  const longDate = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${longDate.slice(0, 8)}/us-east-1/sagemaker/aws4_request`;
  const key = scope.split('/').reduce(hmac, `AWS4${secretAccessKey}`);
  return (operation, input) => {
    const body = JSON.stringify(input);
    const headers = [
      ['content-type', 'application/x-amz-json-1.1'],
      ['host', host],
      ['x-amz-date', longDate],
      ['x-amz-target', `SageMaker.${operation}`],
    ];
    const names = headers.map(([name]) => name).join(';');
    const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
    const canonical = `POST\n/\n\n${lines}\n${names}\n${sha256(body)}`;
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${longDate}\n${scope}\n${sha256(canonical)}`).toString('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    const sent = [...headers, ['authorization', authorization], ['content-length', Buffer.byteLength(body)]];
    return Buffer.from(
      `POST / HTTP/1.1\r\n${sent.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
    );
  };
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key, text) {
  return createHmac('sha256', key).update(text).digest();
}
