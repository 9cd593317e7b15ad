/** The kit: everything that sections are put together from. */

export { Button, IconButton } from "./Button";
export { Dialog } from "./Dialog";
export { Check, type Choice, Field, Segmented, Select, TextField } from "./Field";
export { Icon, type IconName } from "./Icon";
export { Badge, Empty, Note, ProblemNote, Progress, Skeleton, sentence, type Tone } from "./Notes";
export { PageHead, Panel } from "./Panel";
export { type Column, Table } from "./Table";
export { Toasts, useToast } from "./Toast";
