/** How the launcher of the host suite and the test module inside the extension host talk: by environment. */
export const hostVariables = {
  /** Folder of the compiled spec files of the case. */
  caseFolder: 'HOST_TEST_CASE',
  /** File that receives the counts as JSON. */
  results: 'HOST_TEST_RESULTS',
  /** Regular expression on titles; unset runs all. */
  grep: 'HOST_TEST_GREP',
  /** The checkout, for tests that start programs of it: their own code runs from a bundle. */
  root: 'HOST_TEST_ROOT',
  /** A Node for such programs: the one that runs the extension host may be an editor. */
  node: 'HOST_TEST_NODE',
} as const;

/** Begins each line of the tests in the console that they share with the whole editor. */
export const hostLine = '│ ';
