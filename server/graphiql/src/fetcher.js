// One POST after the GraphQL-over-HTTP specification; whatever comes back is shown, JSON or not.

const MAX_SHOWN_CHARACTERS = 2000;

/** A GraphiQL fetcher whose answer is an observable, so that the stop button aborts the request. */
export function createFetcher(url) {
  return (params, options) => ({
    subscribe(observer) {
      const controller = new AbortController();
      ask(url, params, options?.headers, controller.signal).then(
        (answer) => {
          if (controller.signal.aborted) return;
          observer.next(answer);
          observer.complete();
        },
      );
      return { unsubscribe: () => controller.abort() };
    },
  });
}

async function ask(url, params, headers, signal) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(params),
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...headers,
      },
      signal,
    });
    return answerOf(response, await response.text());
  } catch (error) {
    return failure(`No answer from ${url}: ${error.message}.`);
  }
}

function answerOf(response, text) {
  try {
    return JSON.parse(text);
  } catch {
    const status = `${response.status} ${response.statusText}`.trim();
    return failure(`The answer (${status}) is not JSON.`, { body: text.slice(0, MAX_SHOWN_CHARACTERS) });
  }
}

const failure = (message, extensions) => ({ errors: [{ message, extensions }] });
