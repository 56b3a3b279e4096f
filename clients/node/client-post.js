#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { command, UsageError } from './command.js';

const usage = `Usage: client-post.js [PATH] JSON

Posts JSON to a path of the function URL, signed and once even if it has to be sent again, and
prints the answer: client-post.js /items '{"name": "Desk lamp"}'
Without a path, posts to /items.

Environment: FUNCTION_URL, ROLE_ARN, AWS_REGION, and credentials that may take the role.`;

/** @param {string | undefined} text */
function json(text) {
  if (text === undefined) throw new UsageError('there is nothing to post');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`the body is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

await command(usage, 2, async (client, args) => {
  const path = args.length > 1 ? args[0] : '/items';
  const { body } = await client.request('POST', path, {
    body: json(args.at(-1)),
    headers: { 'idempotency-key': randomUUID() },
  });
  return body;
});
