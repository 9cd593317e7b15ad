"""Serves coded pictures over RTSP with GStreamer's server: run by the system's Python, which has its bindings.

    python3 serve.py FILE h264|h265 [USER PASSWORD]

FILE: pictures in Annex B, each after 8 bytes: its length and its time in ms, big endian. Prints the port, serves until
its standard input ends.
"""

import struct
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def pictures(path):
    with open(path, "rb") as file:  # noqa: PTH123  the system's Python, whatever it is
        while head := file.read(8):
            length, time_ms = struct.unpack(">II", head)
            yield file.read(length), time_ms


class Factory(GstRtspServer.RTSPMediaFactory):
    def __init__(self, path, codec):
        super().__init__()
        self.units = list(pictures(path))
        self.codec = codec

    def do_create_element(self, url):
        caps = f"video/x-{self.codec},stream-format=byte-stream,alignment=au"
        feed = f"appsrc name=feed is-live=true format=time caps={caps}"
        return Gst.parse_launch(f"( {feed} ! rtp{self.codec}pay name=pay0 config-interval=-1 )")

    def do_configure(self, media):
        feed = media.get_element().get_by_name("feed")
        threading.Thread(target=self.play, args=(feed,), daemon=True).start()

    def play(self, feed):
        for data, time_ms in self.units:
            buffer = Gst.Buffer.new_wrapped(data)
            buffer.pts = buffer.dts = time_ms * Gst.MSECOND
            if feed.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
        feed.emit("end-of-stream")


def guard(server, factory, user, password):
    """Basic log-in, as GStreamer's own example has it."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    rights = "viewer, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
    factory.add_role_from_structure(Gst.Structure.new_from_string(rights))


def main():
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = Factory(sys.argv[1], sys.argv[2])
    server.get_mount_points().add_factory("/street", factory)
    if len(sys.argv) > 3:
        guard(server, factory, sys.argv[3], sys.argv[4])
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    loop.run()


if __name__ == "__main__":
    main()
