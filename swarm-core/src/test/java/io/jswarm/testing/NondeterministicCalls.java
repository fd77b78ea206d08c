// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.BaseStream;

/** What two runs with the same seed would see differently. */
final class NondeterministicCalls {

  private static final String CONSTRUCTOR = "<init>";

  /** By class; a name that ends in {@code *} stands for all that begin so. */
  private static final Map<String, Set<String>> CALLS =
      Map.ofEntries(
          Map.entry("java.lang.Math", Set.of("random")),
          Map.entry("java.lang.Object", Set.of("wait")),
          Map.entry("java.lang.StrictMath", Set.of("random")),
          Map.entry("java.lang.System", Set.of("currentTimeMillis", "nanoTime")),
          Map.entry("java.security.SecureRandom", Set.of(CONSTRUCTOR, "getInstance*")),
          Map.entry("java.time.Clock", Set.of("system*", "tick*")),
          Map.entry("java.time.Instant", Set.of("now")),
          Map.entry("java.time.LocalDate", Set.of("now")),
          Map.entry("java.time.LocalDateTime", Set.of("now")),
          Map.entry("java.time.LocalTime", Set.of("now")),
          Map.entry("java.time.OffsetDateTime", Set.of("now")),
          Map.entry("java.time.ZonedDateTime", Set.of("now")),
          Map.entry("java.util.Date", Set.of(CONSTRUCTOR)),
          Map.entry("java.util.Random", Set.of(CONSTRUCTOR)),
          Map.entry("java.util.SplittableRandom", Set.of(CONSTRUCTOR)),
          Map.entry("java.util.Timer", Set.of(CONSTRUCTOR)),
          Map.entry("java.util.UUID", Set.of("randomUUID")),
          Map.entry("java.util.concurrent.Executors", Set.of("*")),
          Map.entry("java.util.concurrent.ForkJoinPool", Set.of("*")),
          Map.entry("java.util.concurrent.ScheduledThreadPoolExecutor", Set.of(CONSTRUCTOR)),
          Map.entry("java.util.concurrent.ThreadLocalRandom", Set.of("*")),
          Map.entry("java.util.concurrent.ThreadPoolExecutor", Set.of(CONSTRUCTOR)),
          Map.entry("java.util.concurrent.TimeUnit", Set.of("sleep")),
          Map.entry("java.util.concurrent.locks.LockSupport", Set.of("park*")),
          Map.entry("java.util.random.RandomGenerator", Set.of("of", "getDefault")));

  private static final Set<String> THREAD_CALLS = Set.of(CONSTRUCTOR, "sleep", "start");

  /** Timers of the JDK's own. */
  private static final Set<String> FUTURE_TIMERS =
      Set.of("completeOnTimeout", "delayedExecutor", "orTimeout");

  private NondeterministicCalls() {}

  static boolean contain(AccessTarget target) {
    JavaClass owner = target.getOwner();
    String name = target.getName();
    if (!(target instanceof CodeUnitAccessTarget unit)) {
      return false;
    }
    if (owner.isAssignableTo(Thread.class)) {
      return THREAD_CALLS.contains(name);
    }
    if (owner.isAssignableTo(CompletionStage.class)) {
      return FUTURE_TIMERS.contains(name)
          || (name.endsWith("Async") && !takes(Executor.class, unit));
    }
    if (owner.isAssignableTo(Iterable.class) || owner.isAssignableTo(BaseStream.class)) {
      return name.equals("parallel") || name.equals("parallelStream");
    }
    if (name.equals("now") && takes(Clock.class, unit)) {
      return false;
    }
    return CALLS.getOrDefault(owner.getName(), Set.of()).stream()
        .anyMatch(
            call ->
                call.endsWith("*")
                    ? name.startsWith(call.substring(0, call.length() - 1))
                    : name.equals(call));
  }

  private static boolean takes(Class<?> parameter, CodeUnitAccessTarget target) {
    return target.getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(parameter));
  }
}
