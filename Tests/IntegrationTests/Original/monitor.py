"""Stands in for the original monitor: LOG URL HOST [TOKEN]. Waits for each reply without a time limit."""
import re
import sys
import time

import zmq

path, url, host = sys.argv[1:4]
token = sys.argv[4] + "|" if len(sys.argv) > 4 else ""
pattern = re.compile(r"\[(?P<jail>[A-Za-z0-9_.-]+)\] (?P<action>Ban|Unban) (?P<address>\S+)$")
socket = zmq.Context().socket(zmq.REQ)
socket.connect(url)
with open(path) as log:
    log.seek(0, 2)
    print("ready", flush=True)
    while True:
        line = log.readline()
        if not line:
            time.sleep(0.05)
            continue
        found = pattern.search(line.rstrip("\n"))
        if not found:
            continue
        message = f"{host}|{found['jail']}|{found['action']}|{found['address']}"
        socket.send_string(token + message)
        reply = socket.recv_string()
        print("acknowledged" if reply == message else f"refused: {reply}", message, flush=True)
