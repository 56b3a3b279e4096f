"""How schemathesis sends its requests: with keys of their own, and signed where credentials are set."""

import os
import re
import uuid
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session
from requests.auth import AuthBase

KEY = re.compile(r'("([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-+\--:<-\[\]-~]{1,255})')


@schemathesis.hook
def before_call(context, case, kwargs):
    """A well-formed idempotency key is replaced by one that nobody has used.

    The answer to a repeated request says where something was created the first time, and that may
    have been deleted since: only a first creation can be held to what it says.
    """
    for name in list(case.headers or {}):
        if name.lower() == "idempotency-key" and KEY.fullmatch(str(case.headers[name])):
            case.headers[name] = f'"{uuid.uuid4()}"'


class SigV4(AuthBase):
    def __init__(self):
        self.credentials = Session().get_credentials().get_frozen_credentials()

    def __call__(self, request):
        # botocore signs the query as it is: send it in the form that has to be signed.
        parts = urlsplit(request.url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        query = urlencode(sorted(pairs), quote_via=quote, safe="-_.~")
        request.url = urlunsplit(parts._replace(query=query))
        signed = AWSRequest(request.method, request.url, data=request.body or b"")
        SigV4Auth(self.credentials, "lambda", os.environ["AWS_REGION"]).add_auth(signed)
        for name in ("Authorization", "X-Amz-Date", "X-Amz-Security-Token"):
            if name in signed.headers:
                request.headers[name] = signed.headers[name]
        return request


if os.environ.get("AWS_SHARED_CREDENTIALS_FILE"):
    schemathesis.auth.set_from_requests(SigV4())
