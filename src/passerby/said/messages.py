"""What messages to people say, in English: by code, as in `passerby.said`. In Russian: `messages_ru`."""

from passerby.said.channels import CHANNELS
from passerby.said.upkeep import UPKEEP

OF_EVENTS = {
    "event-line-crossed": "{camera:name}: line crossed, to the {way:must} ({rule})",
    "event-in-zone": "{camera:name}: somebody in a zone ({rule})",
    "event-crowd": "{camera:name}: crowd ({rule})",
    "event-loitering": "{camera:name}: loitering ({rule})",
    "event-wrong-way": "{camera:name}: wrong way ({rule})",
    "event-stopped": "{camera:name}: stopped vehicle ({rule})",
    "event-fall": "{camera:name}: fall ({rule})",
    "event-lying": "{camera:name}: somebody lies ({rule})",
    "event-left-object": "{camera:name}: left object ({rule})",
    "event-removed-object": "{camera:name}: removed object ({rule})",
    "event-density": "{camera:name}: too dense ({rule})",
    "event-queue": "{camera:name}: queue ({rule})",
    "event-camera": "{camera:name}: camera fault ({status:may})",
}
"""Titles, by the kind of event."""
MESSAGES = OF_EVENTS | {
    "to-right": "right",
    "to-left": "left",
    # How a camera is
    "status-covered": "covered",
    "status-frozen": "frozen",
    "status-looped": "looped",
    "status-obstructed": "obstructed",
    "status-moved": "moved",
    "status-blurred": "blurred",
    "status-dark": "dark",
    "status-glare": "glare",
    "status-collapsed": "collapsed",
    "status-clock": "clock",
    "status-silent": "silent",
    "status-failed": "failed",
    # Of alarms, escalation, digests
    "alarm-about": "{what:must}: {about}",
    "over": "Over: {what:must}",
    "not-seen": "Not seen: {title:must}",
    "digest": "{count} messages, most of all: {line:must}",
    "digest-line": "{count} × {title:must}",
    "digest-rest": "and {count} others",
    "events-new": "{count} new events",
    "events-many": "Many new events",
    "event-new": "A new event",
    # Tests
    "test": "A test from passerby",
    "test-channel": "This channel works.",
    "test-device": "This device gets messages.",
    # Beside what a message says
    "label-camera": "Camera: {what}",
    "label-rule": "Rule: {what}",
    "label-time": "Time: {what}",
    "label-open": "Open: {what}",
    "label-take": "I take it: {what}",
    "label-still": "Picture: {what}",
    # In Home Assistant
    "ha-state": "State",
    "ha-event": "Last event",
    "ha-alerts": "Alerts",
    "ha-still": "Last still",
    "ha-to-right": "{rule}, to the right",
    "ha-to-left": "{rule}, to the left",
}
"""Titles, lines of texts and what stands beside them."""
ALARMS = {code: template for code, template in (UPKEEP | CHANNELS).items() if code.startswith("alarm-")}
"""What alarms mean: with these, titles are put together."""
WHY_NOT_SENT = {
    code: CHANNELS[code]
    for code in (
        "apprise-answered",
        "apprise-not-reached",
        "push-answered",
        "push-no-device",
        "webhook-answered",
        "mail-some-refused",
        "mail-all-refused",
        "mail-login",
        "mail-clear",
        "mail-refused",
        "mail-broke-off",
        "mqtt-refused",
        "mqtt-not-confirmed",
    )
}
"""Texts of alarms about a channel. What the network says stays as it is."""
ENGLISH = MESSAGES | ALARMS | WHY_NOT_SENT
