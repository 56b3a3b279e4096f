// Requests signed by the libraries of JavaScript, against `fnurl dev --auth iam` (URL, CONTROL)
// whose function answers with the event it got. `scripts/test-signers.sh` runs it.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { before, describe, test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsV4Signer } from 'aws4fetch';

const { URL: base, CONTROL: control } = process.env;
const region = 'us-east-1';
const role = 'arn:aws:iam::000000000000:role/fnUrlRole';
const path = '/a%20b/caf%C3%A9/x~y';
const query = { b: '2', a: '1', q: 'x y', e: '', 'filter[name]': 'a&b=c', plus: '+', 'ü': "it's (fine)!*" };

// Credentials come from the profile that `fnurl dev` has made, and STS from AWS_ENDPOINT_URL_STS.
const sts = new STSClient({ region });
let longTerm;
let session;

before(async () => {
  longTerm = await sts.config.credentials();
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'signers' }));
  session = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
});

const escape = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const queryOf = (bag) => Object.entries(bag).map(([name, value]) => `${escape(name)}=${escape(value)}`).join('&');

/** Sends exactly this, and gives status, headers and body. */
function send({ method, target, headers, body }) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sending = request({ method, hostname, port, path: target, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode, kind: answer.headers['x-amzn-errortype'], text });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

async function accepted(answer, arn) {
  const { status, text } = await answer;
  assert.equal(status, 200, text);
  const event = JSON.parse(text);
  assert.equal(event.requestContext.authorizer.iam.userArn, arn);
  assert.equal(event.headers.authorization, undefined);
  return event;
}

const userArn = 'arn:aws:iam::000000000000:user/fnurl';
const roleArn = 'arn:aws:sts::000000000000:assumed-role/fnUrlRole/signers';
const identities = [['a long-term key', () => longTerm, userArn], ['a session', () => session, roleArn]];

describe('@smithy/signature-v4', () => {
  const { hostname, port, host } = new URL(base);
  const signed = async (credentials, parts, overrides = {}, signing = {}) => {
    const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256, ...overrides });
    const request = new HttpRequest({ protocol: 'http:', hostname, port: Number(port), path, ...parts, headers: { host, ...parts.headers } });
    return signer.sign(request, signing);
  };
  const sendSigned = ({ method, path, query, headers, body }) => {
    const target = query && Object.keys(query).length > 0 ? `${path}?${queryOf(query)}` : path;
    return send({ method, target, headers, body });
  };
  const body = JSON.stringify({ name: 'Lampe "é"' });
  const post = { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-tag': 'one' }, query };

  for (const [who, credentials, arn] of identities) {
    test(`${who}: GET with a difficult query`, async () => {
      const event = await accepted(sendSigned(await signed(credentials(), { method: 'GET', query })), arn);
      assert.deepEqual(event.queryStringParameters, query);
      assert.equal(event.rawPath, path);
    });
    test(`${who}: POST with a body`, async () => {
      const event = await accepted(sendSigned(await signed(credentials(), post)), arn);
      assert.equal(event.body, body);
    });
    test(`${who}: presigned GET`, async () => {
      const signer = new SignatureV4({ service: 'lambda', region, credentials: credentials(), sha256: Sha256 });
      const request = new HttpRequest({ method: 'GET', protocol: 'http:', hostname, port: Number(port), path, query, headers: { host } });
      await accepted(sendSigned(await signer.presign(request, { expiresIn: 60 })), arn);
    });
  }

  test('whatever is altered is refused', async () => {
    const good = await signed(session, post);
    const with_ = (name, value) => ({ ...good, headers: { ...good.headers, [name]: value } });
    const other = (await sts.send(new GetSessionTokenCommand({}))).Credentials.SessionToken;
    const alterations = {
      body: { ...good, body: `${body} ` },
      header: with_('x-tag', 'two'),
      path: { ...good, path: '/a' },
      query: { ...good, query: { ...query, a: '2' } },
      date: with_('x-amz-date', '20200101T000000Z'),
      token: with_('x-amz-security-token', other),
      signature: with_('authorization', good.headers.authorization.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
      region: await signed(session, post, { region: 'eu-west-1' }),
      service: await signed(session, post, { service: 'execute-api' }),
      unsigned: { ...good, headers: { host } },
    };
    for (const [what, request] of Object.entries(alterations)) {
      const { status, text } = await sendSigned(request);
      assert.equal(status, 403, `${what}: ${text}`);
    }
    assert.equal((await sendSigned(good)).status, 200);
  });
});

describe('aws4fetch', () => {
  const signed = async (credentials, { method = 'GET', body, signQuery = false } = {}) => {
    // It presigns with an expiry of its own for S3 alone.
    const expiry = signQuery ? '&X-Amz-Expires=60' : '';
    const signer = new AwsV4Signer({
      ...credentials, service: 'lambda', region, method, body, signQuery, url: `${base}${path}?${queryOf(query)}${expiry}`,
      headers: body === undefined ? {} : { 'content-type': 'text/plain' },
    });
    const { url, headers } = await signer.sign();
    const { pathname, search, host } = new URL(url);
    return send({ method, target: pathname + search, headers: { ...Object.fromEntries(headers), host }, body });
  };
  for (const [who, credentials, arn] of identities) {
    test(`${who}: GET, POST and a presigned GET`, async () => {
      assert.deepEqual((await accepted(signed(credentials()), arn)).queryStringParameters, query);
      assert.equal((await accepted(signed(credentials(), { method: 'POST', body: 'text' }), arn)).body, 'text');
      await accepted(signed(credentials(), { signQuery: true }), arn);
    });
  }
});

describe('the AWS SDK', () => {
  test('asks the local STS who it is', async () => {
    const { Arn, Account } = await sts.send(new GetCallerIdentityCommand({}));
    assert.deepEqual([Arn, Account], [userArn, '000000000000']);
    const asSession = new STSClient({ region, credentials: session });
    assert.equal((await asSession.send(new GetCallerIdentityCommand({}))).Arn, roleArn);
  });

  test('reads the errors of the local STS', async () => {
    const none = new AssumeRoleCommand({ RoleArn: `${role}Absent`, RoleSessionName: 'signers' });
    await assert.rejects(sts.send(none), { name: 'AccessDenied' });
    const short = new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'signers', DurationSeconds: 60 });
    await assert.rejects(sts.send(short), { name: 'ValidationError' });
  });

  test('invokes the function with an event of its own', async () => {
    const lambda = new LambdaClient({ region, endpoint: control });
    const { Payload, StatusCode } = await lambda.send(
      new InvokeCommand({ FunctionName: 'probe', Payload: '{"any":"event"}' }),
    );
    assert.deepEqual([StatusCode, JSON.parse(Buffer.from(Payload).toString())], [200, { any: 'event' }]);
    const failing = await lambda.send(new InvokeCommand({ FunctionName: 'probe', Payload: '{"rawPath":"/error"}' }));
    assert.equal(failing.FunctionError, 'Unhandled');
  });
});
