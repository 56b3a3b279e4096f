"""Requests signed by botocore, against `fnurl dev --auth iam` (URL, CONTROL) whose function
answers with the event it got. `scripts/test-signers.sh` runs it."""

import http.client
import json
import os
import unittest
from contextlib import closing
from urllib.parse import quote, urlencode, urlsplit

import boto3
import botocore.exceptions
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest

BASE, CONTROL = os.environ["URL"], os.environ["CONTROL"]
REGION = "us-east-1"
ROLE = "arn:aws:iam::000000000000:role/fnUrlRole"
USER_ARN = "arn:aws:iam::000000000000:user/fnurl"
ROLE_ARN = "arn:aws:sts::000000000000:assumed-role/fnUrlRole/signers"
PATH = "/a%20b/caf%C3%A9"
QUERY = {"a": "1", "b": "2", "e": "", "filter[name]": "a&b=c", "q": "x y"}
TARGET = f"{PATH}?{urlencode(QUERY, quote_via=quote)}"


def send(request, headers=None, body=None, url=None):
    """Sends exactly what was signed, but for what the caller changes."""
    parts = urlsplit(url or request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    with closing(http.client.HTTPConnection(parts.netloc)) as connection:
        connection.request(request.method, target, body or request.body, headers or dict(request.headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


class Botocore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sts = boto3.client("sts", region_name=REGION)
        cls.long_term = boto3.Session().get_credentials().get_frozen_credentials()
        assumed = cls.sts.assume_role(RoleArn=ROLE, RoleSessionName="signers")["Credentials"]
        cls.session = boto3.Session(
            assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"]
        ).get_credentials().get_frozen_credentials()
        cls.identities = [(cls.long_term, USER_ARN), (cls.session, ROLE_ARN)]

    def signed(self, credentials, method="GET", body=None, auth=SigV4Auth, region=REGION, service="lambda"):
        headers = {"content-type": "application/json", "x-tag": "one"} if body else {}
        request = AWSRequest(method, BASE + TARGET, data=body, headers=headers)
        auth(credentials, service, region).add_auth(request)
        return request.prepare()

    def accepted(self, outcome, arn):
        status, text = outcome
        self.assertEqual(status, 200, text)
        event = json.loads(text)
        self.assertEqual(event["requestContext"]["authorizer"]["iam"]["userArn"], arn)
        self.assertEqual(event["rawPath"], PATH)
        return event

    def test_get_with_a_difficult_query(self):
        for credentials, arn in self.identities:
            event = self.accepted(send(self.signed(credentials)), arn)
            self.assertEqual(event["queryStringParameters"], QUERY)

    def test_post_with_a_body(self):
        for credentials, arn in self.identities:
            body = json.dumps({"name": "Lampe \u00e9"})
            self.assertEqual(self.accepted(send(self.signed(credentials, "POST", body)), arn)["body"], body)

    def test_presigned_get(self):
        for credentials, arn in self.identities:
            self.accepted(send(self.signed(credentials, auth=SigV4QueryAuth)), arn)

    def test_whatever_is_altered_is_refused(self):
        request = self.signed(self.session, "POST", '{"name":"lamp"}')
        headers = dict(request.headers)
        signature = headers["Authorization"]
        alterations = {
            "body": {"body": '{"name":"lamb"}'},
            "header": {"headers": headers | {"x-tag": "two"}},
            "path": {"url": request.url.replace("/a%20b", "/a")},
            "query": {"url": request.url.replace("a=1", "a=2")},
            "date": {"headers": headers | {"X-Amz-Date": "20200101T000000Z"}},
            "token": {"headers": headers | {"X-Amz-Security-Token": "another"}},
            "signature": {"headers": headers | {"Authorization": signature[:-1] + ("1" if signature[-1] == "0" else "0")}},
        }
        for what, change in alterations.items():
            with self.subTest(what):
                self.assertEqual(send(request, **change)[0], 403)
        for change in ({"region": "eu-west-1"}, {"service": "execute-api"}):
            with self.subTest(change):
                self.assertEqual(send(self.signed(self.session, **change))[0], 403)
        self.assertEqual(send(request)[0], 200)


class Sdk(unittest.TestCase):
    def test_it_asks_the_local_sts_who_it_is(self):
        identity = boto3.client("sts", region_name=REGION).get_caller_identity()
        self.assertEqual((identity["Arn"], identity["Account"]), (USER_ARN, "000000000000"))

    def test_it_reads_the_errors_of_the_local_sts(self):
        sts = boto3.client("sts", region_name=REGION)
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            sts.assume_role(RoleArn=ROLE + "Absent", RoleSessionName="signers")
        self.assertEqual(refused.exception.response["Error"]["Code"], "AccessDenied")

    def test_it_gets_a_session_of_its_own(self):
        session = boto3.client("sts", region_name=REGION).get_session_token()["Credentials"]
        self.assertTrue(session["AccessKeyId"].startswith("ASIA"))

    def test_it_invokes_the_function(self):
        client = boto3.client("lambda", region_name=REGION, endpoint_url=CONTROL)
        answer = client.invoke(FunctionName="probe", Payload=b'{"any":"event"}')
        self.assertEqual(json.loads(answer["Payload"].read()), {"any": "event"})


if __name__ == "__main__":
    unittest.main()
