"""Signs every request of schemathesis with AWS Signature Version 4, where credentials are set."""

import os
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session
from requests.auth import AuthBase


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
