/** CPU time of this thread, milliseconds: unlike the wall clock it does not count what other processes take. */
export function threadMilliseconds(): number {
  const usage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.();
  return usage === undefined ? performance.now() : (usage.user + usage.system) / 1000;
}
