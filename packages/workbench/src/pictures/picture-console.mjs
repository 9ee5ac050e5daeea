/** Wide enough for every table, narrow enough to be read in a document. */
const VIEWPORT = { width: 1280, height: 760 };

/**
 * Takes the charts of a tuning job as SVG, by their own buttons, and the pages that are no charts as PNG.
 *
 * @returns {Promise<string[]>} names of the files
 */
export async function pictureConsole(browser, { url, token }, tuningJob, folder) {
  const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: 'light' });
  const made = [];
  const open = async (address) => {
    await page.goto('about:blank');
    await page.goto(`${url}${address}#token=${token}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
  };
  const shot = async (name, locator) => {
    await locator.waitFor();
    await locator.scrollIntoViewIfNeeded();
    await locator.screenshot({ path: `${folder}${name}.png` });
    made.push(`${name}.png`);
  };
  const chart = async (name, title) => {
    const picture = page.getByRole('img', { name: `${title}.` });
    await picture.scrollIntoViewIfNeeded();
    await picture.locator('canvas').first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `SVG of ${title}`, exact: true }).click(),
    ]);
    await download.saveAs(`${folder}${name}.svg`);
    made.push(`${name}.svg`);
  };

  await open('/tuning-jobs');
  await shot('tuning-jobs', page.locator('main'));

  const { metric } = tuningJob.objective;
  await open(`/tuning-jobs/${tuningJob.name}`);
  await chart('history', `${metric}, and the best so far`);
  await chart('density', `Density of ${metric}`);
  await page.getByText('The line is what a model expects').waitFor();
  for (const { name } of tuningJob.definitions[0].ranges) await chart(`by-${name}`, `by ${name}`);
  await chart('parallel-coordinates', 'Parallel coordinates');
  await page.getByText(/A Gaussian process over/).waitFor();
  await chart('contour', 'Contour of the model');
  await page.getByText(/Permutation importance in a random forest/).waitFor();
  await chart('importance', 'Hyperparameter importance');
  await chart('timeline', 'Timeline');
  await shot('training-jobs', page.getByRole('region', { name: 'Training jobs' }));
  await shot('best-training-job', page.getByRole('region', { name: 'Best training job' }));

  await open(`/training-jobs/${tuningJob.bestTrainingJob.name}`);
  await shot('training-job-metrics', page.getByRole('region', { name: 'Metrics' }));
  await page.getByRole('tab', { name: 'Hyperparameters' }).click();
  await shot('training-job-hyperparameters', page.getByRole('tabpanel'));
  await page.getByRole('tab', { name: 'Transitions' }).click();
  await shot('training-job-transitions', page.getByRole('tabpanel'));
  await page.getByRole('tab', { name: 'Log' }).click();
  await page.getByText(/lines, complete/).waitFor();
  await shot('training-job-log', page.getByRole('tabpanel'));
  await page.close();
  return made;
}
