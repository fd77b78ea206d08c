// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.Reply;
import io.jswarm.dispatch.LogBroker;
import io.jswarm.dispatch.LogListener;
import io.jswarm.dispatch.LogSelector;
import io.jswarm.model.Service;
import io.jswarm.spi.TaskRuntime.LogSubscription;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads logs through the leader's broker; lines come on the blocking executor. */
record ServiceLogs(LogBroker broker, Calls calls) {
  LogReader open(Service service, LogQuery query) {
    CompletableFuture<String> done = new CompletableFuture<>();
    LogListener listener =
        new LogListener() {
          @Override
          public void onLine(TaskLine line) {
            query.onLine().accept(line);
          }

          @Override
          public void onEnd(@Nullable String incomplete) {
            done.complete(incomplete == null ? "" : incomplete);
          }
        };
    LogSubscription subscription =
        broker.subscribe(
            LogSelector.service(service.id()),
            query.options(),
            calls.environment().blocking(),
            listener);
    return new Reader(calls.reply(done), subscription);
  }

  private record Reader(Reply<String> done, LogSubscription subscription) implements LogReader {
    @Override
    public void close() {
      subscription.cancel();
    }
  }
}
