/** What the backend answers: exactly 1,024 bytes of JSON. */
export const answerBody: string = JSON.stringify({ id: '1001', note: 'x'.repeat(1001) })
