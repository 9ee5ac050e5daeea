/**
 * Packages that a zygote may import: importing them defines things and starts nothing. One that does more after all, in
 * some version, is found out by the zygote and left out.
 */
export const PRELOADABLE: readonly string[] = [
  'numpy',
  'scipy',
  'pandas',
  'sklearn',
  'xgboost',
  'lightgbm',
  'catboost',
  'joblib',
  'statsmodels',
  'torch',
  'torchvision',
  'PIL',
  'matplotlib',
  'yaml',
  'argparse',
  'csv',
  'dataclasses',
  'json',
  'logging',
  'multiprocessing',
  'pathlib',
  'pickle',
  'subprocess',
  'tarfile',
  'tempfile',
  'typing',
  'urllib',
  'zipfile',
];
