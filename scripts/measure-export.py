#!/usr/bin/env python3
"""Fills a table and measures the peak memory of the function while it exports all of it.

Usage: scripts/measure-export.py FNURL BOOTSTRAP ITEMS
"""

import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading


def start(fnurl, bootstrap, data, *options):
    command = [fnurl, "dev", "--port", "0", "--data", data, "--function", bootstrap, *options]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    address = re.search(r"http://(\S+)", server.stdout.readline())[1]
    threading.Thread(target=server.stdout.read, daemon=True).start()
    return server, address


def stop(server):
    server.terminate()
    server.wait()


def fill(address, items):
    def some(count):
        connection = http.client.HTTPConnection(address)
        for _ in range(count):
            body = json.dumps({"name": "Desk lamp", "description": "x" * 150, "tags": ["a", "b"]})
            connection.request("POST", "/items", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            if answer.status != 201:
                raise SystemExit(f"{answer.status}: {answer.read()}")
            answer.read()

    threads = [threading.Thread(target=some, args=(items // 4,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def peak(server):
    """The most memory that the function has had, in kB, by the kernel's count."""
    children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    tasks = pathlib.Path(f"/proc/{server.pid}/task").iterdir()
    children = [pid for task in tasks for pid in (task / "children").read_text().split()] or children
    status = pathlib.Path(f"/proc/{children[0]}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def export(address):
    connection = http.client.HTTPConnection(address)
    connection.request("GET", "/items/export")
    answer = connection.getresponse()
    size, last = 0, b""
    while piece := answer.read(1 << 16):
        size += len(piece)
        last = (last + piece)[-200:]
    return size, json.loads(last.splitlines()[-1])


def main():
    fnurl, bootstrap, items = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory() as data:
        server, address = start(fnurl, bootstrap, data)
        fill(address, items)
        stop(server)
        server, address = start(fnurl, bootstrap, data, "--invoke-mode", "stream", "--timeout", "600")
        connection = http.client.HTTPConnection(address)
        connection.request("GET", "/items?limit=1")
        connection.getresponse().read()
        before = peak(server)
        size, end = export(address)
        assert end == {"end": True, "count": items // 4 * 4}, end
        print(f"{end['count']} items, {size / 1e6:.1f} MB exported; peak memory {before / 1000:.1f} MB before, {peak(server) / 1000:.1f} MB after")
        stop(server)


main()
