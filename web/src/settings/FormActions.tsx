/** The buttons below a form in a dialog: remove, cancel, save. */

import { texts } from "../texts";
import { Button } from "../ui";

type FormActionsProps = {
  /** The form's id. */
  form: string;
  save: string;
  busy: boolean;
  onClose: () => void;
  /** Of something that is there already. */
  remove: { word: string; onClick: () => void } | null;
};

export function FormActions({ form, save, busy, onClose, remove }: FormActionsProps) {
  return (
    <>
      {remove && (
        <Button kind="danger" icon="trash" onClick={remove.onClick}>
          {remove.word}
        </Button>
      )}
      <span className="space" />
      <Button onClick={onClose}>{texts.ui.cancel}</Button>
      <Button kind="primary" type="submit" form={form} busy={busy}>
        {save}
      </Button>
    </>
  );
}
