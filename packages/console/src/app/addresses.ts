/** Where each page is. The server answers these addresses with the console. */
export const addresses = {
  tuningJobs: '/tuning-jobs',
  tuningJob: (name: string) => `/tuning-jobs/${encodeURIComponent(name)}`,
  trainingJob: (name: string) => `/training-jobs/${encodeURIComponent(name)}`,
  compare: (names: readonly string[]) => `/compare?jobs=${names.map(encodeURIComponent).join(',')}`,
  fleet: '/fleet',
  create: '/new',
  clone: (name: string) => `/new?from=${encodeURIComponent(name)}`,
};
