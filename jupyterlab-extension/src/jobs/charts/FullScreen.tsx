import { type ReactNode, useEffect, useRef } from 'react';

/** What is inside, over the whole window; Escape leads back. */
export function FullScreen({
  label,
  onClose,
  children,
}: {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={box} className="kg-FullScreen" aria-label={label} onClose={onClose}>
      {children}
    </dialog>
  );
}
