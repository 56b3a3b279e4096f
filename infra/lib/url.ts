/** The function's own HTTPS endpoint, and the role that may call it. */
import { Annotations, Duration } from 'aws-cdk-lib';
import { AccountRootPrincipal, ArnPrincipal, AccountPrincipal, CompositePrincipal, Role } from 'aws-cdk-lib/aws-iam';
import type { IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function, FunctionUrl, FunctionUrlCorsOptions } from 'aws-cdk-lib/aws-lambda';
import { FunctionUrlAuthType, HttpMethod, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

export function createUrl(api: Function, settings: Settings): FunctionUrl {
  if (settings.auth === 'none') {
    Annotations.of(api).addWarningV2(
      'fnurl:unauthenticated',
      'The function URL has AuthType NONE: anybody on the internet can call the API and spend your money.',
    );
  }
  return api.addFunctionUrl({
    authType: settings.auth === 'iam' ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE,
    invokeMode: settings.invokeMode === 'stream' ? InvokeMode.RESPONSE_STREAM : InvokeMode.BUFFERED,
    cors: cors(settings),
  });
}

/**
 * The role that clients take to call the URL. CDK grants both `lambda:InvokeFunctionUrl` and
 * `lambda:InvokeFunction` through a URL: since October 2025 a function URL needs both.
 */
export function createInvokeRole(scope: Construct, url: FunctionUrl, settings: Settings): Role {
  const role = new Role(scope, 'InvokeRole', {
    description: `May call the function URL of the API, stage ${settings.stage}`,
    assumedBy: trusted(settings),
    externalIds: settings.externalId === undefined ? undefined : [settings.externalId],
    maxSessionDuration: Duration.hours(1),
  });
  url.grantInvokeUrl(role);
  return role;
}

function trusted(settings: Settings): IPrincipal {
  if (settings.trust.length === 0) return new AccountRootPrincipal();
  return new CompositePrincipal(
    ...settings.trust.map((it) => (/^\d{12}$/.test(it) ? new AccountPrincipal(it) : new ArnPrincipal(it))),
  );
}

/** `OPTIONS` is not in the list: the service refuses it, and answers preflights by itself. */
function cors(settings: Settings): FunctionUrlCorsOptions | undefined {
  if (settings.corsOrigins.length === 0) return undefined;
  return {
    allowedOrigins: [...settings.corsOrigins],
    allowedMethods: [
      HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE,
    ],
    allowedHeaders: [
      'authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'prefer',
      'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token',
    ],
    exposedHeaders: ['etag', 'idempotency-replayed', 'link', 'location', 'retry-after', 'x-amzn-requestid'],
    maxAge: Duration.hours(1),
  };
}
