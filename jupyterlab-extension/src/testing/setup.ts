// Answers and events come from real servers whenever they come, so React must not expect every update within `act`.
beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});
