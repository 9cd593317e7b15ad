/** All words of the page, in English. Sentences about problems come from the API as they are. */

export const en = {
  ui: {
    close: "Close",
    again: "Try again",
    loading: "Loading",
    cancel: "Cancel",
    percent: (share: number) => `${Math.floor(share * 100)} %`,
  },
  app: {
    skip: "Skip to the content",
    sections: "Sections",
    notHere: "There is nothing here for you",
    notHereHint: "The address is wrong, or your roles do not include it. Choose a section, or ask an admin.",
    noSections: "Your user has no role that shows anything here. Ask an admin for one.",
  },
  nav: {
    live: "Live",
    timeline: "Timeline",
    more: "More",
  },
  theme: { label: "Colours", system: "Auto", light: "Light", dark: "Dark" },
  problems: {
    unreachable: "passerby does not answer",
    unreachableHint: "Is it running, and are you connected to its network?",
    unexplained: (status: number) => `The server answered with ${status} and no explanation`,
  },
  signIn: {
    title: "Sign in",
    name: "Name",
    password: "Password",
    signIn: "Sign in",
    signOut: "Sign out",
    withPasskey: "Use a passkey",
    about: "What this installation does and does not do",
    needsSetUp:
      "There is no user yet. Open the link that passerby serve printed in its terminal; it works for an hour. Start it again for another one.",
    claim: "It records what happens, and never who it happened to.",
    facts: [
      "People are covered before a picture is recorded or shown.",
      "When in doubt the whole picture is covered.",
      "Nobody is recognised: there is nothing in it that could.",
      "Every look is written down, with name and time.",
    ],
  },
  setUp: {
    title: "Make the first user",
    about:
      "This user runs the installation, watches and exports, and can read who looked at what. Add others afterwards.",
    nameHint: "Letters, digits, and . _ @ -",
    passwordHint: "A few words that nobody would guess together.",
    again: "Password again",
    differs: "The two are not the same.",
    make: "Make the user and sign in",
    done: "The first user was made already: this link has no use any more.",
    go: "Go on",
  },
  states: {
    recording: "Recording",
    learning: "Learning",
    connecting: "Connecting",
    strained: "Strained",
    covered: "Covered",
    frozen: "Frozen",
    silent: "No picture",
    failed: "Failed",
    stopped: "Stopped",
    absent: "Not recorded",
    unknown: "Unknown",
    off: "Switched off",
  } as Record<string, string>,
  live: {
    title: "Live",
    noCameras: "No cameras yet",
    noCamerasHint:
      "Nothing is recorded until there is one. An admin adds cameras in Cameras, or with passerby camera add.",
  },
};
