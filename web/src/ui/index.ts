/** The kit: everything that sections are put together from. */

export { Button, ToolButton, ToolLink } from "./Button";
export { Checks, type Explained, Radios } from "./Choices";
export { Confirm } from "./Confirm";
export { Dialog } from "./Dialog";
export { type Fact, Facts } from "./Facts";
export { Check, type Choice, Field, Segmented, Select, TextArea, TextField } from "./Field";
export { Icon, type IconName } from "./Icon";
export { Badge, Empty, Note, ProblemNote, Progress, Skeleton, sentence, type Tone } from "./Notes";
export { PageHead, Panel } from "./Panel";
export { SecretField } from "./SecretField";
export { type Column, Table } from "./Table";
export { type Tab, Tabs } from "./Tabs";
export { Toasts, useToast } from "./Toast";
export { When } from "./When";
