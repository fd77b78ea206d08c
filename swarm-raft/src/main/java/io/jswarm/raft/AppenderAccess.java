// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.LeaderRole;
import io.atomix.protocols.raft.roles.RaftRole;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * The two things of Atomix's leader that nothing public leads to: sending to one member now, and
 * looking whether more is committed. Atomix does the first by a periodic timer that reads the wall
 * clock, and the second only on answers to requests that carried entries (hazard 18). No flag of
 * the JVM is needed: the library is on the class path or an automatic module, which is open.
 */
final class AppenderAccess {
  private static final MethodHandle APPENDER;
  private static final MethodHandle SEND;
  private static final MethodHandle COMMIT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Field appender = LeaderRole.class.getDeclaredField("appender");
      appender.setAccessible(true);
      APPENDER = lookup.unreflectGetter(appender);
      Method send = appender.getType().getDeclaredMethod("appendEntries", RaftMemberContext.class);
      send.setAccessible(true);
      SEND = lookup.unreflect(send);
      Method commit = appender.getType().getDeclaredMethod("commitEntries");
      commit.setAccessible(true);
      COMMIT = lookup.unreflect(commit);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private AppenderAccess() {}

  /** Sends what there is to send, or a heartbeat, unless a request is under way. */
  static void send(RaftRole leader, RaftMemberContext member) {
    invoke(SEND, leader, member);
  }

  /** Commits what a quorum has. */
  static void commit(RaftRole leader) {
    invoke(COMMIT, leader);
  }

  private static void invoke(MethodHandle method, RaftRole leader, Object... arguments) {
    try {
      Object appender = APPENDER.invoke((LeaderRole) leader);
      if (arguments.length == 0) {
        method.invoke(appender);
      } else {
        method.invoke(appender, (RaftMemberContext) arguments[0]);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
