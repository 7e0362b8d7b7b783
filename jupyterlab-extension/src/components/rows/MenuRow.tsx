import { useState } from 'react';
import { useI18n } from '../../i18n/context.js';
import { IconButton } from '../controls/Button.js';
import { below, Menu, type MenuItem, type MenuPlace } from '../controls/Menu.js';
import { Row, type RowProps } from './Rows.js';

export interface MenuRowProps extends Omit<RowProps, 'onMenu'> {
  /** Everything that can be done with it; asked for when the menu opens. */
  readonly items: () => readonly MenuItem[];
}

/** A row with a menu, behind its last button, Shift+F10 and a right click. */
export function MenuRow({ items, actions, ...row }: MenuRowProps): JSX.Element {
  const { t } = useI18n();
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);
  return (
    <>
      <Row
        {...row}
        actions={
          <>
            {actions}
            <IconButton
              icon="more"
              label={t('action.more')}
              aria-haspopup="menu"
              onClick={(event) => setMenuAt(below(event.currentTarget))}
            />
          </>
        }
        onMenu={setMenuAt}
      />
      {menuAt !== null && <Menu label={row.name} at={menuAt} items={items()} onClose={() => setMenuAt(null)} />}
    </>
  );
}
