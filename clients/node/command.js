import { parseArgs } from 'node:util';
import { createClient, ProblemError } from './index.js';

/**
 * Runs one call as a program: FUNCTION_URL, ROLE_ARN and AWS_REGION say what to call and as whom,
 * the credentials that may take the role are those that the AWS SDK finds. Exits with 0 after a
 * success, 1 after any failure, 2 if it cannot be called like this.
 *
 * @param {string} usage
 * @param {number} most how many arguments it takes at most
 * @param {(client: import('./types.d.ts').Client, args: string[]) => Promise<unknown>} run gives what is printed
 */
export async function command(usage, most, run) {
  const { FUNCTION_URL: url, ROLE_ARN: roleArn, AWS_REGION: region } = process.env;
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help) return console.log(usage);
    if (!url || !roleArn || !region) throw new UsageError('FUNCTION_URL, ROLE_ARN and AWS_REGION have to be set');
    if (!URL.canParse(url)) throw new UsageError(`FUNCTION_URL is no URL: ${url}`);
    if (positionals.length > most) throw new UsageError(`too many arguments: ${positionals.slice(most).join(' ')}`);
    const said = await run(createClient({ url, roleArn, region }), positionals);
    if (said !== undefined) console.log(typeof said === 'string' ? said : JSON.stringify(said, null, 2));
  } catch (error) {
    const isUsage = error instanceof UsageError || (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    console.error(explained(error) + (isUsage ? `\n${usage}` : ''));
    process.exitCode = isUsage ? 2 : 1;
  }
}

/** The command line or the environment is not what the program needs. */
export class UsageError extends Error {}

/** @param {unknown} error */
function explained(error) {
  if (error instanceof ProblemError) {
    const rules = error.errors.map(({ pointer, parameter, message }) => `\n  ${pointer ?? parameter}: ${message}`);
    return error.message + rules.join('');
  }
  if (!(error instanceof Error)) return String(error);
  // `fetch failed` says nothing; its cause does.
  const cause = error.cause instanceof Error ? `: ${error.cause.message || ('code' in error.cause && error.cause.code)}` : '';
  return error.message + cause;
}
