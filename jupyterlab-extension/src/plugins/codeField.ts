import { CodeEditor, type IEditorServices } from '@jupyterlab/codeeditor';
import type { CodeField, CodeFieldOptions } from '../tokens.js';

/** JupyterLab's editor, which knows the language's colours, the theme and what somebody has set for editors. */
export function codeField(
  { factoryService }: IEditorServices,
  host: HTMLElement,
  options: CodeFieldOptions,
): CodeField {
  const { text, mimeType, label } = options;
  const model = new CodeEditor.Model({ mimeType });
  model.sharedModel.setSource(text);
  const editor = factoryService.newInlineEditor({ host, model });
  const tell = (): void =>
    options.changed(model.sharedModel.getSource(), editor.getOffsetAt(editor.getCursorPosition()));
  model.sharedModel.changed.connect(tell);
  model.selections.changed.connect(tell);
  host.querySelector('[contenteditable]')?.setAttribute('aria-label', label);
  return {
    replace: (from, to, value) => {
      model.sharedModel.updateSource(from, to, value);
      const place = editor.getPositionAt(from + value.length);
      if (place !== undefined) editor.setCursorPosition(place);
      editor.focus();
    },
    dispose: () => {
      editor.dispose();
      model.dispose();
    },
  };
}
