"""Stands in for the original publisher: REPLYURL BROADCASTURL [TOKEN]. Dies of a second frame and of what is not UTF-8."""
import re
import sys

import zmq

tokens = sys.argv[3:]
message_form = re.compile(r"[^|]+\|[A-Za-z0-9_-]+\|(Ban|Unban|UnBan)\|\d{1,3}(\.\d{1,3}){3}")
context = zmq.Context()
replies, broadcasts = context.socket(zmq.REP), context.socket(zmq.PUB)
replies.bind(sys.argv[1])
broadcasts.bind(sys.argv[2])
print("ready", replies.last_endpoint.decode(), broadcasts.last_endpoint.decode(), flush=True)
while True:
    message = replies.recv_string()
    if replies.getsockopt(zmq.RCVMORE):
        sys.exit("a second frame")
    fields = message.split("|")
    if tokens and (len(fields) != 5 or fields.pop(0) not in tokens):
        fields = []
    message = "|".join(fields)
    if len(fields) == 4 and message_form.fullmatch(message):
        replies.send_string(message)
        broadcasts.send_string(message)
        print("broadcast", message, flush=True)
    else:
        replies.send_string("NAK")
