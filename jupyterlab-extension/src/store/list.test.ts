import { LiveList, type Page } from './list.js';

interface Thing {
  readonly id: string;
  readonly text: string;
}
const thing = (id: string, text = id): Thing => ({ id, text });
const page = (items: readonly Thing[], next: string | null = null): Page<Thing> => ({ items, next_cursor: next });

/** A reading that ends when the test says. */
function reading() {
  let answer!: (page: Page<Thing>) => void;
  let refuse!: (reason: unknown) => void;
  const answered = new Promise<Page<Thing>>((resolve, reject) => {
    answer = resolve;
    refuse = reject;
  });
  return { read: () => answered, answer, refuse };
}

let list: LiveList<Thing>;
beforeEach(() => {
  list = new LiveList(({ id }) => id);
});
const texts = (): string[] => list.get().items.map(({ text }) => text);

describe('a list', () => {
  it('keeps what events said while its page was on its way', async () => {
    const { read, answer } = reading();
    const loaded = list.load(read);
    list.put(thing('a', 'newer'));
    list.put(thing('new'));
    list.remove('gone');
    answer(page([thing('a', 'older'), thing('gone'), thing('b')]));
    await loaded;
    list.patch('b', (b) => ({ ...b, text: 'patched' }));
    expect(texts()).toEqual(['new', 'newer', 'patched']);
  });

  it('takes what was made, but for what an event has brought of it already', () => {
    list.put(thing('a', 'a ended'));
    list.add(thing('a', 'a queued'));
    list.add(thing('b'));
    expect(texts()).toEqual(['b', 'a ended']);
  });

  it('believes the later of two readings, whichever ends first', async () => {
    const [first, second] = [reading(), reading()];
    const loads = [list.load(first.read), list.load(second.read)];
    second.answer(page([thing('second')]));
    first.answer(page([thing('first')]));
    await Promise.all(loads);
    expect(texts()).toEqual(['second']);
  });

  it('stays empty when the page of someone who has left comes late', async () => {
    const { read, answer } = reading();
    const loaded = list.load(read);
    list.clear();
    answer(page([thing('hers')]));
    await loaded;
    expect(list.get()).toMatchObject({ status: 'idle', items: [] });
  });

  it('keeps what it has when reading it again fails', async () => {
    await list.load(() => Promise.resolve(page([thing('a')])));
    const { read, refuse } = reading();
    const loaded = list.load(read);
    refuse(new Error('away'));
    await loaded;
    expect(list.get()).toMatchObject({ status: 'ready', items: [{ id: 'a' }] });
    expect(list.get().error).not.toBeNull();
  });

  it('appends the next page without what an event has brought already', async () => {
    await list.load(() => Promise.resolve(page([thing('a')], 'more')));
    list.put(thing('b'));
    await list.more((cursor) => Promise.resolve(page([thing('b'), thing(cursor)])));
    expect(texts()).toEqual(['b', 'a', 'more']);
    expect(list.get().nextCursor).toBeNull();
  });
});
