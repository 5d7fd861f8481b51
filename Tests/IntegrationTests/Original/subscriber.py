"""Stands in for the original subscriber: URL LOG HOST. Dies of a message that it does not know, as the original does."""
import datetime
import sys

import zmq

url, path, own = sys.argv[1:]
socket = zmq.Context().socket(zmq.SUB)
socket.setsockopt(zmq.SUBSCRIBE, b"")
socket.connect(url)
print("ready", flush=True)
while True:
    message = socket.recv_string()
    if socket.getsockopt(zmq.RCVMORE):
        sys.exit("a second frame")
    host, jail, action, address = message.split("|")[:4]
    if not host:
        sys.exit("no host")
    if host == own:
        continue
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    with open(path, "a") as log:
        log.write(f"{now} fail2ban-subscriber: fail2ban-zmq-tools Subscriber: Got broadcast message: {message}\n")
