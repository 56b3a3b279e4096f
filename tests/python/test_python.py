"""`fnurl dev` with a Python function under awslambdaric. `scripts/test-python.sh` runs it."""

import http.client
import json
import os
import unittest
from contextlib import closing
from urllib.parse import urlsplit

ADDRESS = urlsplit(os.environ["URL"]).netloc


def call(method, target, body=None, headers=None):
    with closing(http.client.HTTPConnection(ADDRESS)) as connection:
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


class PythonFunction(unittest.TestCase):
    def test_it_gets_the_event_and_its_answer_arrives(self):
        status, headers, text = call("POST", "/items?a=1", '{"x": 1}', {"content-type": "application/json"})
        answer = json.loads(text)
        self.assertEqual((status, headers["x-tag"]), (201, "one"))
        self.assertEqual(headers.get_all("set-cookie"), ["a=1", "b=2"])
        self.assertEqual(answer["requestId"], headers["x-amzn-requestid"])
        self.assertEqual((answer["handler"], answer["left"]), ("app.handler", True))
        self.assertEqual((answer["body"], answer["query"]), ('{"x": 1}', {"a": "1"}))

    def test_results_without_a_status_are_bodies(self):
        self.assertEqual(call("GET", "/bare")[2], '{"a":1}')
        self.assertEqual(call("GET", "/text")[2], "hello")

    def test_an_exception_and_an_exit_are_opaque_to_the_client_and_the_next_call_works(self):
        for path in ("/error", "/exit"):
            status, _, text = call("GET", path)
            self.assertEqual((status, text), (502, "Internal Server Error"))
            self.assertEqual(call("GET", "/")[0], 201)


if __name__ == "__main__":
    unittest.main()
