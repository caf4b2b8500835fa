"""Proves that the clients can fail: puts one fault at a time between them and a running gateway.

/usr/bin/python3 faults.py ROOT/ CLIENT=COMMAND…     ({root} in a command becomes the proxy's ROOT/, {folder} a fresh folder)

The gateway must ask for passwords. A fault passes when every client that must notice it ends with an error and counts failed groups; of
several commands of one client, one is enough.
"""

import concurrent.futures
import http.client
import http.server
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import urllib.parse

from checks import Checks, true

def sub(pattern, by, count=0):
    return lambda h, b: re.sub(pattern, by, b, count=count)


def header(name, value):
    def change(headers, body):
        for k in [k for k in headers if k.lower() == name.lower()]:
            del headers[k]
        if value is not None:
            headers[name] = value
        return body

    return change


def swap_entries(headers, body):
    return re.sub(rb"(<entry>.*?</entry>)(<entry>.*?</entry>)", rb"\2\1", body, count=1)


# Fault: who must notice it, and what it does to a successful or failed answer.
FAULTS = {
    "none": ((), lambda h, b: b),
    "content type text/plain": (("dotnet", "python", "ruby"), header("Content-Type", "text/plain;charset=utf-8")),
    "version 3.0": (("dotnet",), header("DataServiceVersion", "3.0;")),
    "entries without id": (("dotnet", "python", "ruby", "jing"), sub(rb"<entry><id>[^<]*</id>", b"<entry>")),
    "relative ids": (("dotnet", "python"), sub(rb"<entry><id>[^<]*/(\w+\([^<]*)</id>", rb"<entry><id>\1</id>")),
    "one id for all": (("dotnet", "python", "ruby"), sub(rb"<entry><id>([^<(]*)\([^<]*</id>", rb"<entry><id>\1(datetime'2026-01-01T00%3A00%3A00')</id>")),
    "dates with Z": (("dotnet", "python", "ruby"), sub(rb"(<d:Date [^>]*>[^<]*)</d:Date>", rb"\1Z</d:Date>")),
    "a new property": (("dotnet", "python"), sub(rb"</m:properties>", rb"<d:Extra>1</d:Extra></m:properties>")),
    "empty minutes without m:null": (("dotnet", "python", "ruby"), sub(rb"(<d:TotalVideoMinutes [^>]*>)[^<]*</", rb"\1</", 1)),
    "no type of minutes": (("dotnet",), sub(rb' m:type="Edm.Int64"', b"")),
    "one minute more": (("dotnet", "node", "python", "ruby"), sub(rb"(<d:TotalAudioMinutes [^>]*>[^<]*)(</)", rb"\g<1>1\2", 1)),
    "two rows swapped": (("dotnet", "node", "python", "ruby"), swap_entries),
    "a row lost": (("dotnet", "node", "python", "ruby", "jing"), sub(rb"<entry>.*?</entry>", b"", 1)),
    "next link lost": (("dotnet", "node", "python", "ruby"), sub(rb'<link rel="next"[^>]*/>', b"")),
    "next link a day early": (("dotnet", "node", "python", "ruby"), sub(rb"(skiptoken=datetime'2026-0[789]-)(\d\d)", rb"\g<1>01")),
    "count off by one": (("dotnet", "node", "python"), sub(rb'(<m:count>|__count":")\d', rb"\g<1>9")),
    "no author": (("ruby",), sub(rb"<author><name /></author>", b"")),
    "no updated": (("ruby", "jing"), sub(rb"<updated>[^<]*</updated>", b"")),
    "no title": (("ruby", "jing"), sub(rb"<title />", b"")),
    "no category": (("dotnet", "python", "ruby"), sub(rb"<category [^>]*/>", b"")),
    "edit link lost": (("dotnet", "python"), sub(rb'<link rel="edit"[^>]*/>', b"")),
    "JSON dates as ISO": (("dotnet", "node", "python", "ruby"), sub(rb"\\/Date\(\d+\)\\/", b"2026-11-13T00:00:00")),
    "d always a list": (("dotnet", "node", "python", "ruby"), sub(rb'\{"d":\{"results":(\[.*?\])[^\]]*\}\}$', rb'{"d":\1}')),
    "message lost": (("dotnet", "node", "python", "ruby"), sub(rb'(<m:message[^>]*>)[^<]*|("message":\{"lang":"[^"]*","value":")[^"]*', rb"\1\2")),
    "bare 401": (("dotnet", "node", "ruby", "python"), header("WWW-Authenticate", None)),
    "key of the model lost": (("node", "dotnet"), sub(rb"<Key>.*?</Key>", b"")),
    "a report not listed": (("dotnet", "node", "python"), sub(rb'<collection href="CsP2PAVTimeMonthly">.*?</collection>|,"CsP2PAVTimeMonthly"', b"")),
    "none, at the end": ((), lambda h, b: b),
}


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target, fault = None, None

    def do_GET(self):
        upstream = http.client.HTTPConnection(self.target)
        sent = {k: v for k, v in self.headers.items() if k.lower() not in ("accept-encoding", "connection")}
        upstream.request(self.command, self.path, self.rfile.read(int(self.headers.get("Content-Length", 0))), sent)
        answer = upstream.getresponse()
        headers = {k: v for k, v in answer.getheaders() if k.lower() not in ("content-length", "transfer-encoding", "connection")}
        body = self.fault(headers, answer.read())
        self.send_response_only(answer.status)
        for k, v in headers.items():
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_HEAD = do_GET

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that gives up in the middle is what is wanted


def notices(command, url):
    """Whether a client ends with an error and names the groups that failed, rather than falling over."""
    with tempfile.TemporaryDirectory() as folder:
        words = [w.format(root=url, folder=folder) for w in shlex.split(command)]
        run = subprocess.run(words, capture_output=True, text=True, timeout=300)
    summary = re.search(r"^(\d+) passed, (\d+) failed$", run.stdout, re.M)
    if not summary:
        raise RuntimeError(f"{words[0]} ended without a summary: {run.stdout[-300:]} {run.stderr[-300:]}")
    return run.returncode != 0 and int(summary[2]) > 0


def missed_by(fault, root, clients):
    """The clients that should notice a fault and do not; without a fault, those that complain."""
    who, change = FAULTS[fault]
    handler = type("FaultyProxy", (Proxy,), {"target": root.netloc, "fault": staticmethod(change)})
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}{root.path}"
        try:
            asked = {c: commands for c, commands in clients.items() if c in who or not who}
            return [c for c, commands in asked.items() if any(notices(x, url) for x in commands) != bool(who)], list(asked)
        finally:
            server.shutdown()


def main():
    root = urllib.parse.urlsplit(sys.argv[1])
    clients = {}
    for name, command in (a.split("=", 1) for a in sys.argv[2:]):
        clients.setdefault(name, []).append(command)
    checks = Checks()

    def judge(fault, outcome):
        missed, asked = outcome.result()
        true(asked, "no client here")
        true(not missed, ("not noticed by " if FAULTS[fault][0] else "complaints without a fault by ") + ", ".join(missed))

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        outcomes = {fault: pool.submit(missed_by, fault, root, clients) for fault, (who, _) in FAULTS.items() if not who or clients.keys() & set(who)}
        for fault, outcome in outcomes.items():
            checks.group(f"{fault}: noticed by {', '.join(c for c in clients if c in FAULTS[fault][0]) or 'nobody'}", lambda: judge(fault, outcome))
    checks.finish()


main()
