/** Langfuse Cloud's regions. A project lives in one of them; its keys work in no other. */
export const cloudRegions = [
  { name: 'EU', url: 'https://cloud.langfuse.com' },
  { name: 'US', url: 'https://us.cloud.langfuse.com' },
  { name: 'Japan', url: 'https://jp.cloud.langfuse.com' },
  { name: 'HIPAA', url: 'https://hipaa.cloud.langfuse.com' },
] as const;
