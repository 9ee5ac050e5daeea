import { stringify } from 'yaml';

/** The file that `fleetune tune` reads. */
export function tuningFile(body: unknown): string {
  return stringify(body);
}

/** The same tuning job by the command line. */
export function cliScript(body: unknown): string {
  return `cat > tune.yaml <<'END'\n${tuningFile(body)}END\nfleetune tune tune.yaml\n`;
}
