import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Icon } from '../components/icons/Icon.js';
import { useKargah } from '../context.js';
import { addFiles } from '../datasets/intake/addFiles.js';
import { registerFiles } from '../datasets/intake/fileBrowser.js';
import { acceptDrag, carriedPaths } from '../datasets/intake/luminoDrag.js';
import { useI18n } from '../i18n/context.js';
import { useMay } from '../projects/may.js';

/** The whole panel takes files: the computer's own, and those of JupyterLab's file browser. */
export function DropZone({ children }: { readonly children: ReactNode }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const open = useMay('dataset.write');
  const carriesFiles = (event: DragEvent): boolean => open && event.dataTransfer.types.includes('Files');
  // dragenter and dragleave also come from children: counted, so that the frame does not flicker.
  const depth = useRef(0);
  const [over, setOver] = useState(false);
  const leave = (): void => {
    depth.current = 0;
    setOver(false);
  };
  const zone = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // JupyterLab drags by Lumino's own events, which React does not know.
    const onLumino = (event: Event): void => {
      const paths = open ? carriedPaths(event) : null;
      if (paths === null) return;
      acceptDrag(event);
      if (event.type === 'lm-dragleave' || event.type === 'lm-drop') leave();
      else setOver(true);
      if (event.type === 'lm-drop') void registerFiles(kargah, paths);
    };
    const node = zone.current;
    const names = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'];
    names.forEach((name) => node?.addEventListener(name, onLumino));
    return () => names.forEach((name) => node?.removeEventListener(name, onLumino));
  }, [kargah, open]);
  return (
    <div
      ref={zone}
      className="kg-DropZone"
      data-testid="kargah-drop"
      onDragEnter={(event) => {
        if (carriesFiles(event)) {
          event.preventDefault();
          depth.current += 1;
          setOver(true);
        }
      }}
      onDragOver={(event) => {
        if (carriesFiles(event)) {
          event.preventDefault();
          event.stopPropagation();
          event.dataTransfer.dropEffect = 'copy';
        }
      }}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current <= 0) {
          leave();
        }
      }}
      onDrop={(event) => {
        if (carriesFiles(event)) {
          event.preventDefault();
          event.stopPropagation();
          leave();
          void addFiles(kargah, event.dataTransfer.files);
        }
      }}
    >
      {children}
      {over && (
        <div className="kg-DropZone-over">
          <Icon name="up" />
          {t('panel.dropHere')}
        </div>
      )}
    </div>
  );
}
