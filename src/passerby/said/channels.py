"""Codes of what fails when messages are sent."""

CHANNELS = {
    "alarm-channel": "messages cannot be delivered through a channel",
    "channel-dead": "messages cannot be delivered to channel '{name}': {why:may}",
    "alarms-not-told": "alarms could not be told: {why:may}",
    "cameras-not-shown": "cameras could not be shown: {why:may}",
    "no-such-channel": "there is no channel '{name}'",
    "channel-networks.hint": "allow it in the channel's networks",
    "webhook-answered": "the webhook answered with {status}",
    "mail-some-refused": "the mail server refused {count} of the {all} recipients",
    "mail-all-refused": "the mail server refused all recipients",
    "mail-login": "the mail server does not accept this user and password ({code})",
    "mail-clear": "the mail server offers no encryption",
    "mail-clear.hint": "use smtps://, or another port",
    "mail-refused": "the mail server refused the mail with {code}",
    "mail-broke-off": "the mail server ended the conversation",
    "mqtt-refused": "the MQTT broker refuses the connection: {why}",
    "mqtt-not-confirmed": "the MQTT broker did not confirm a message",
}
