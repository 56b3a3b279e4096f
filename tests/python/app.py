"""A function that is not ours, under AWS's own runtime client for Python."""

import json
import os


def handler(event, context):
    match event["rawPath"]:
        case "/error":
            raise ValueError("the function's own secret")
        case "/exit":
            os._exit(3)
        case "/bare":
            return {"a": 1}
        case "/text":
            return "hello"
    print("working on", event["rawPath"])
    answer = {
        "requestId": context.aws_request_id,
        "function": context.function_name,
        "handler": os.environ["_HANDLER"],
        "left": context.get_remaining_time_in_millis() > 1000,
        "body": event.get("body"),
        "query": event.get("queryStringParameters"),
    }
    return {
        "statusCode": 201,
        "headers": {"content-type": "application/json", "x-tag": "one"},
        "cookies": ["a=1", "b=2"],
        "body": json.dumps(answer),
    }
