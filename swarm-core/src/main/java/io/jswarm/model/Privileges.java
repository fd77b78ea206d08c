// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** Security options of a container. */
public record Privileges(
    @Nullable CredentialSpec credentialSpec,
    @Nullable SeLinux seLinux,
    Seccomp seccomp,
    AppArmor appArmor,
    boolean noNewPrivileges) {
  public Privileges {
    requireNonNull(seccomp, "seccomp");
    requireNonNull(appArmor, "appArmor");
  }

  /** Nothing asked for. */
  public static final Privileges NONE =
      new Privileges(null, null, Seccomp.DEFAULT, AppArmor.DEFAULT, false);

  /**
   * Windows credential spec.
   *
   * @param value file name, registry key or config id, by source
   */
  public record CredentialSpec(Source source, String value) {
    public CredentialSpec {
      requireNonNull(source, "source");
      requireNonNull(value, "value");
    }

    /** Where the credential spec is found. */
    public enum Source {
      FILE,
      REGISTRY,
      CONFIG
    }
  }

  /** SELinux labels; empty texts are the engine's defaults. */
  public record SeLinux(boolean disable, String user, String role, String type, String level) {
    public SeLinux {
      requireNonNull(user, "user");
      requireNonNull(role, "role");
      requireNonNull(type, "type");
      requireNonNull(level, "level");
    }
  }

  /**
   * System call filter.
   *
   * @param profile JSON, only with {@link Mode#CUSTOM}
   */
  public record Seccomp(Mode mode, Payload profile) {
    /** The engine's own filter. */
    public static final Seccomp DEFAULT = new Seccomp(Mode.DEFAULT, Payload.EMPTY);

    public Seccomp {
      requireNonNull(mode, "mode");
      requireNonNull(profile, "profile");
    }

    /** Which filter. */
    public enum Mode {
      DEFAULT,
      UNCONFINED,
      CUSTOM
    }
  }

  /** AppArmor profile. */
  public enum AppArmor {
    DEFAULT,
    DISABLED
  }
}
