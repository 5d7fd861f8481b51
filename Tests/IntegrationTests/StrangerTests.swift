import Foundation
import RealFail2Ban
import Testing

/// What a stranger on the broadcasts' port can do to those who listen there.
@Suite(.serialized, .timeLimit(.minutes(5))) struct StrangerTests {
    @Test func `a stranger who sends what is no subscription makes nobody deaf, and no old peer hear the new form`()
        async throws
    {
        let hub = try await TestHub()
        // The hub is held up meanwhile, so that it finds all of it waiting.
        let script = #"""
            import os, signal, sys, zmq
            replies, broadcasts, pid = sys.argv[1], sys.argv[2], int(sys.argv[3])
            context = zmq.Context()
            def connected(kind):
                socket = context.socket(kind)
                events = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
                socket.connect(broadcasts)
                events.recv_multipart()
                return socket
            def tell(last):
                peer = context.socket(zmq.REQ)
                peer.connect(replies)
                peer.send(b"a|sshd|Ban|198.19.7.%d" % last)
                peer.recv()
            def hears(socket, end, last):
                for attempt in range(400):
                    if socket.poll(50):
                        break
                    tell(last)
                else:
                    return False
                heard = [socket.recv()]
                while socket.poll(100):
                    heard.append(socket.recv())
                return all(message[:1] == (b"\x01" if end == "new" else b"a") for message in heard)
            stranger = connected(zmq.XSUB)
            first = connected(zmq.SUB)
            first.subscribe(b"\x01")
            right = hears(first, "new", 1)
            for number in range(2):
                pairs = [(connected(zmq.SUB), end) for end in ("new", "old", "new", "old")]
                os.kill(pid, signal.SIGSTOP)
                stranger.send(b"\x02\x01")
                for socket, end in pairs:
                    socket.subscribe(b"\x01" if end == "new" else b"")
                    stranger.send(b"\x02\x01")
                pairs[-1][0].poll(100)
                os.kill(pid, signal.SIGCONT)
                for socket, end in pairs + [(first, "new")]:
                    right = hears(socket, end, 2 + number) and right
            print(right)
            """#
        #expect(try python(script, [hub.replies, hub.broadcasts, "\(hub.publisher.pid)"]) == "True\n")
        #expect(hub.publisher.log.contains { $0.contains("not a subscription") })
    }

    @Test func `a hub that answers nothing is asked again after a pause`() async throws {
        let folder = try Folder()
        let (replies, broadcasts) = ("ipc://\(folder.file("replies"))", "ipc://\(folder.file("broadcasts"))")
        let subscriber = try await Daemon(
            "fail2ban-subscriber", host: "b",
            section: """
                [subscriber]
                zmqreplyserver = \(replies)
                zmqpublisherurl = \(broadcasts)
                subscriberaction = log
                logfile = \(folder.file("b.log"))
                """)
        let script = #"""
            import sys, time, zmq
            context = zmq.Context()
            hub, listeners = context.socket(zmq.ROUTER), context.socket(zmq.XPUB)
            hub.bind(sys.argv[1]); listeners.bind(sys.argv[2])
            greeting = b'{"digest":"0000000000000000","epoch":"0000000000000007","longestRequest":262144,' \
                b'"maximumBantime":2592000,"protocol":1,"reportsPerRequest":1000,"sequence":5,"time":%d,"version":0}'
            asked = 0
            while asked < 4:
                peer, empty, question = hub.recv_multipart()
                if question.startswith(b"SYNC"):
                    asked += 1
                answer = b"CHANGES 0000000000000007 0 5" if asked else greeting % (time.time() * 1e6)
                hub.send_multipart([peer, empty, answer])
            hub.close(1000)
            """#
        _ = try python(script, [replies, broadcasts])
        try await eventually(within: .seconds(20)) { subscriber.log.contains { $0.contains("answered nothing") } }
        #expect(subscriber.stop() == 0)
    }
}
