import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { KargahRoot } from '../../context.js';
import { ENGLISH } from '../../i18n/locale.js';
import { kargahFor, renderIn } from '../../testing/render.js';
import { IconButton } from '../controls/Button.js';
import { Row, Rows } from './Rows.js';

const done: string[] = [];
const names = ['digits.csv', 'iris.csv', 'نظرها'];
const list = (
  <Rows label="list">
    {names.map((name, index) => (
      <Row
        key={name}
        name={name}
        first={index === 0}
        icon={null}
        title={name}
        end="1"
        actions={
          <>
            <IconButton icon="stop" label={`stop ${name}`} onClick={() => done.push(`stop ${name}`)} />
            <IconButton icon="more" label={`more ${name}`} />
          </>
        }
        onOpen={() => done.push(`open ${name}`)}
        onDelete={() => done.push(`delete ${name}`)}
        onMenu={() => done.push(`menu ${name}`)}
      />
    ))}
  </Rows>
);
const here = (): string | undefined => (document.activeElement as HTMLElement).dataset['name'];

beforeEach(() => done.splice(0));

describe('rows in a right-to-left list', () => {
  beforeEach(async () => {
    renderIn(kargahFor('http://127.0.0.1:9'), list);
    await userEvent.tab();
  });

  it('are one tab stop, and the arrows move between them', async () => {
    expect(here()).toBe('digits.csv');
    await userEvent.keyboard('{ArrowDown}');
    expect(here()).toBe('iris.csv');
    await userEvent.keyboard('{End}');
    expect(here()).toBe('نظرها');
    await userEvent.keyboard('{ArrowDown}{Home}');
    expect(here()).toBe('digits.csv');
    await userEvent.tab({ shift: true });
    await userEvent.tab();
    expect(screen.getAllByRole('row').filter((row) => row.tabIndex === 0)).toHaveLength(1);
  });

  it('are found by typing, also with Arabic letters', async () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(1_000);
    await userEvent.keyboard('iri');
    expect(here()).toBe('iris.csv');
    now.mockReturnValue(2_000);
    await userEvent.keyboard('ن');
    expect(here()).toBe('نظرها');
    now.mockRestore();
  });

  it('open by Enter, ask by Delete, show their menu by Shift+F10', async () => {
    await userEvent.keyboard('{Enter}{Delete}{Shift>}{F10}{/Shift}');
    expect(done).toEqual(['open digits.csv', 'delete digits.csv', 'menu digits.csv']);
  });

  it('let the arrow towards the inline end, here left, into their buttons, and Escape out of them', async () => {
    await userEvent.keyboard('{ArrowLeft}');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('stop digits.csv');
    await userEvent.keyboard('{ArrowLeft}');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('more digits.csv');
    await userEvent.keyboard('{Escape}');
    expect(here()).toBe('digits.csv');
  });

  it('do not open when one of their buttons is pressed', async () => {
    await userEvent.click(screen.getByLabelText('stop iris.csv'));
    expect(done).toEqual(['stop iris.csv']);
  });
});

describe('rows in a left-to-right list', () => {
  it('are entered with the right arrow', async () => {
    renderIn(kargahFor('http://127.0.0.1:9', ENGLISH), list);
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('stop digits.csv');
  });
});

describe('the focus of a list that changes', () => {
  const rowsOf = (kept: readonly string[], buttons = true): JSX.Element => (
    <section>
      <button>section</button>
      {kept.length > 0 && (
        <Rows label="list">
          {kept.map((name, index) => (
            <Row
              key={name}
              name={name}
              first={index === 0}
              icon={null}
              title={name}
              actions={buttons ? <IconButton icon="stop" label={`stop ${name}`} /> : <i />}
            />
          ))}
        </Rows>
      )}
    </section>
  );
  const focusOn = (name: string): void => screen.getByRole('row', { name: new RegExp(name) }).focus();

  it('goes to the row that took the place of a deleted one, to the last, and to the section when none is left', async () => {
    const kargah = kargahFor('http://127.0.0.1:9');
    const { rerender } = renderIn(kargah, rowsOf(['a', 'b', 'c']));
    const show = (kept: readonly string[]): void => rerender(<KargahRoot kargah={kargah}>{rowsOf(kept)}</KargahRoot>);
    focusOn('b');
    show(['a', 'c']);
    await waitFor(() => expect(here()).toBe('c'));
    show(['a']);
    await waitFor(() => expect(here()).toBe('a'));
    show([]);
    await waitFor(() => expect(document.activeElement?.textContent).toBe('section'));
  });

  it('goes from a button that its row has no more use for to that row', async () => {
    const kargah = kargahFor('http://127.0.0.1:9');
    const { rerender } = renderIn(kargah, rowsOf(['a', 'b']));
    screen.getByRole('button', { name: 'stop b' }).focus();
    rerender(<KargahRoot kargah={kargah}>{rowsOf(['a', 'b'], false)}</KargahRoot>);
    await waitFor(() => expect(here()).toBe('b'));
  });

  it('is left alone where a person put it elsewhere', async () => {
    const kargah = kargahFor('http://127.0.0.1:9');
    const { rerender } = renderIn(kargah, rowsOf(['a', 'b']));
    focusOn('b');
    const outside = document.body.appendChild(document.createElement('input'));
    outside.focus();
    rerender(<KargahRoot kargah={kargah}>{rowsOf(['a'])}</KargahRoot>);
    await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(1));
    expect(document.activeElement).toBe(outside);
    outside.remove();
  });
});
