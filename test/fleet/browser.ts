import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const ARTIFACTS = fileURLToPath(new URL('../artifacts/console/', import.meta.url));

/** Where Chromium is, or undefined where this machine has none. */
export function chromiumProgram(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Pages of one browser, with everything that went wrong in them. */
export class TestBrowser {
  /** What the pages' consoles called an error, and what nobody caught. */
  readonly faults: string[] = [];
  readonly #browser: Browser;
  readonly #contexts: { close(): Promise<void> }[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    // Root may not use Chromium's own sandbox; the pages are ours.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return new TestBrowser(await chromium.launch({ executablePath: chromiumProgram(), args }));
  }

  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1400, height: 950 }, ...options });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
    page.on('pageerror', (error) => this.faults.push(error.message));
    await page.goto(url);
    return page;
  }

  async closePages(): Promise<void> {
    for (const context of this.#contexts.splice(0)) await context.close();
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}

/** Keeps a picture of the whole page under `test/artifacts/console`, for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: `${ARTIFACTS}${name}.png`, fullPage: true });
}

interface AxeRun {
  readonly violations: {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** The serious and critical faults that axe finds, each as one line. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // By the debugger: the page itself lets no such script in.
  await page.evaluate(axe.source);
  const run = await page.evaluate<AxeRun>('axe.run(document, { resultTypes: ["violations"] })');
  return run.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`));
}
