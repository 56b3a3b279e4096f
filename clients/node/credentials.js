import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

// As far as a clock may be off for a signature to count: credentials that are older than they seem
// are renewed in time, too.
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Temporary credentials of a role, renewed before they expire; callers that need new ones at the
 * same time wait for the same renewal. STS is asked with the credentials that the AWS SDK finds.
 *
 * @param {import('./types.d.ts').Role} role
 * @returns {import('./types.d.ts').CredentialProvider}
 */
export function sessionOf({ roleArn, region, sessionName = 'fnurl-client', externalId, durationSeconds = 3600 }) {
  const sts = new STSClient({ region });
  const assume = new AssumeRoleCommand({
    RoleArn: roleArn, RoleSessionName: sessionName, ExternalId: externalId, DurationSeconds: durationSeconds,
  });
  /** @type {ReturnType<import('./types.d.ts').CredentialProvider> | undefined} */
  let current;
  let renewAt = 0;

  async function renew() {
    const { Credentials: given } = await sts.send(assume);
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.Expiration) {
      throw new Error('STS answered without credentials');
    }
    renewAt = given.Expiration.getTime() - RENEW_BEFORE_MS;
    return { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken };
  }

  return () => {
    if (current === undefined || Date.now() >= renewAt) {
      renewAt = Infinity; // until the renewal is over: nobody starts another
      current = renew().catch((error) => {
        current = undefined;
        throw error;
      });
    }
    return current;
  };
}
