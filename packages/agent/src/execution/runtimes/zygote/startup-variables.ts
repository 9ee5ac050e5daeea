/** Thread counts: a zygote imports with one thread, and each child sets its own. */
export const THREAD_COUNTS = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'GOTO_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
] as const;

/** Arrow's allocator cleans up in a thread of its own, where it is not told otherwise; pandas loads Arrow. */
export const WITHOUT_THREADS: Readonly<Record<string, string>> = { JE_ARROW_MALLOC_CONF: 'background_thread:false' };

/** Read once, when the interpreter starts or a library is loaded: setting them later would do nothing. */
const READ_AT_START =
  /^(PYTHON|LD_|GLIBC_|MALLOC_|LC_|LANG$|LANGUAGE$|TZ$|HOME$|PATH$|OMP_|GOMP_|KMP_|OPENBLAS_|MKL_|BLIS_|NUMEXPR_|NUMBA_|TORCH_|PYTORCH_|TF_|SKLEARN_|SCIPY_|NPY_|XGBOOST_|ARROW_|JE_ARROW_)/;
/** Lets a zygote be something else than the program's interpreter would be. */
const CHANGES_INTERPRETER = /^PYTHON(HOME|STARTUP|PLATLIBDIR|SAFEPATH|INSPECT)$/;

/** Those of a program's variables that its zygote has to be started with. */
export function startupVariables(environment: Readonly<Record<string, string>>): Record<string, string> {
  const counts: readonly string[] = THREAD_COUNTS;
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => READ_AT_START.test(name) && !counts.includes(name)),
  );
}

/** The first variable with which a program cannot come from a zygote; undefined when there is none. */
export function variableAgainstForking(environment: Readonly<Record<string, string>>): string | undefined {
  return Object.keys(environment).find(
    (name) => CHANGES_INTERPRETER.test(name) || (name === 'PYTHONPATH' && !isAbsolute(environment[name] ?? '')),
  );
}

/** A relative folder is another one for a zygote. */
function isAbsolute(searchPath: string): boolean {
  return searchPath.split(':').every((folder) => folder.startsWith('/'));
}
