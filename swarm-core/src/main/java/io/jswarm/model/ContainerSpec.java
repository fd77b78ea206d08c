// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A container, or a process where the runtime has no containers (S1.2). Empty texts and lists mean
 * "as the image or engine says". The canonical constructor is not API: use {@link #of} and {@link
 * #toBuilder()}.
 *
 * @param command replaces the image's entry point
 * @param args replaces the image's command
 * @param hostname may hold templates (S1.8)
 * @param env {@code KEY=value}; values may hold templates; the order is kept
 * @param init an init process in front; null = the engine's default
 * @param stopGracePeriod time between the stop signal and the kill; null = 10 s
 * @param hosts {@code "IP name alias…"}
 * @param pidsLimit 0 = none
 * @param oomScoreAdj -1000 to 1000
 */
public record ContainerSpec(
    String image,
    Map<String, String> labels,
    List<String> command,
    List<String> args,
    String hostname,
    List<String> env,
    String dir,
    String user,
    List<String> groups,
    Privileges privileges,
    @Nullable Boolean init,
    boolean tty,
    boolean openStdin,
    boolean readOnly,
    String stopSignal,
    @Nullable Duration stopGracePeriod,
    List<Mount> mounts,
    PullOptions pullOptions,
    List<SecretReference> secrets,
    List<ConfigReference> configs,
    List<String> hosts,
    DnsConfig dnsConfig,
    Healthcheck healthcheck,
    Isolation isolation,
    long pidsLimit,
    Map<String, String> sysctls,
    List<String> capabilityAdd,
    List<String> capabilityDrop,
    List<Ulimit> ulimits,
    int oomScoreAdj)
    implements TaskRuntimeSpec {
  public ContainerSpec {
    requireNonNull(image, "image");
    labels = SortedValues.copyOf(labels);
    command = List.copyOf(command);
    args = List.copyOf(args);
    requireNonNull(hostname, "hostname");
    env = List.copyOf(env);
    requireNonNull(dir, "dir");
    requireNonNull(user, "user");
    groups = List.copyOf(groups);
    requireNonNull(privileges, "privileges");
    requireNonNull(stopSignal, "stopSignal");
    mounts = List.copyOf(mounts);
    requireNonNull(pullOptions, "pullOptions");
    secrets = List.copyOf(secrets);
    configs = List.copyOf(configs);
    hosts = List.copyOf(hosts);
    requireNonNull(dnsConfig, "dnsConfig");
    requireNonNull(healthcheck, "healthcheck");
    requireNonNull(isolation, "isolation");
    sysctls = SortedValues.copyOf(sysctls);
    capabilityAdd = List.copyOf(capabilityAdd);
    capabilityDrop = List.copyOf(capabilityDrop);
    ulimits = List.copyOf(ulimits);
  }

  /** A container of this image, everything else as the image says. */
  public static ContainerSpec of(String image) {
    return builder(image).build();
  }

  /** Windows isolation. */
  public enum Isolation {
    DEFAULT,
    PROCESS,
    HYPERV
  }

  /** A container of this image, everything else as the image says. */
  public static Builder builder(String image) {
    return new Builder(image);
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link ContainerSpec}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private String image;
    private final Map<String, String> labels = new TreeMap<>();
    private final List<String> command = new ArrayList<>();
    private final List<String> args = new ArrayList<>();
    private String hostname = "";
    private final List<String> env = new ArrayList<>();
    private String dir = "";
    private String user = "";
    private final List<String> groups = new ArrayList<>();
    private Privileges privileges = Privileges.NONE;
    private @Nullable Boolean init;
    private boolean tty;
    private boolean openStdin;
    private boolean readOnly;
    private String stopSignal = "";
    private @Nullable Duration stopGracePeriod;
    private final List<Mount> mounts = new ArrayList<>();
    private PullOptions pullOptions = PullOptions.NONE;
    private final List<SecretReference> secrets = new ArrayList<>();
    private final List<ConfigReference> configs = new ArrayList<>();
    private final List<String> hosts = new ArrayList<>();
    private DnsConfig dnsConfig = DnsConfig.NONE;
    private Healthcheck healthcheck = Healthcheck.INHERIT;
    private Isolation isolation = Isolation.DEFAULT;
    private long pidsLimit;
    private final Map<String, String> sysctls = new TreeMap<>();
    private final List<String> capabilityAdd = new ArrayList<>();
    private final List<String> capabilityDrop = new ArrayList<>();
    private final List<Ulimit> ulimits = new ArrayList<>();
    private int oomScoreAdj;

    private Builder(String image) {
      this.image = requireNonNull(image, "image");
    }

    private Builder(ContainerSpec from) {
      image = from.image;
      labels.putAll(from.labels);
      command.addAll(from.command);
      args.addAll(from.args);
      hostname = from.hostname;
      env.addAll(from.env);
      dir = from.dir;
      user = from.user;
      groups.addAll(from.groups);
      privileges = from.privileges;
      init = from.init;
      tty = from.tty;
      openStdin = from.openStdin;
      readOnly = from.readOnly;
      stopSignal = from.stopSignal;
      stopGracePeriod = from.stopGracePeriod;
      mounts.addAll(from.mounts);
      pullOptions = from.pullOptions;
      secrets.addAll(from.secrets);
      configs.addAll(from.configs);
      hosts.addAll(from.hosts);
      dnsConfig = from.dnsConfig;
      healthcheck = from.healthcheck;
      isolation = from.isolation;
      pidsLimit = from.pidsLimit;
      sysctls.putAll(from.sysctls);
      capabilityAdd.addAll(from.capabilityAdd);
      capabilityDrop.addAll(from.capabilityDrop);
      ulimits.addAll(from.ulimits);
      oomScoreAdj = from.oomScoreAdj;
    }

    /** Sets {@link ContainerSpec#image()}. */
    public Builder image(String image) {
      this.image = requireNonNull(image, "image");
      return this;
    }

    /** Adds one to {@link ContainerSpec#labels()}; the same key again replaces its value. */
    public Builder label(String key, String value) {
      labels.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
      return this;
    }

    /** Replaces {@link ContainerSpec#labels()}. */
    public Builder labels(Map<String, String> labels) {
      Map<String, String> copy = SortedValues.copyOf(labels);
      this.labels.clear();
      this.labels.putAll(copy);
      return this;
    }

    /** Replaces {@link ContainerSpec#command()}. */
    public Builder command(List<String> command) {
      List<String> copy = List.copyOf(command);
      this.command.clear();
      this.command.addAll(copy);
      return this;
    }

    /** Replaces {@link ContainerSpec#command()}. */
    public Builder command(String... command) {
      return command(List.of(command));
    }

    /** Replaces {@link ContainerSpec#args()}. */
    public Builder args(List<String> args) {
      List<String> copy = List.copyOf(args);
      this.args.clear();
      this.args.addAll(copy);
      return this;
    }

    /** Replaces {@link ContainerSpec#args()}. */
    public Builder args(String... args) {
      return args(List.of(args));
    }

    /** Sets {@link ContainerSpec#hostname()}. */
    public Builder hostname(String hostname) {
      this.hostname = requireNonNull(hostname, "hostname");
      return this;
    }

    /** Replaces {@link ContainerSpec#env()}. */
    public Builder env(List<String> env) {
      List<String> copy = List.copyOf(env);
      this.env.clear();
      this.env.addAll(copy);
      return this;
    }

    /** Sets {@link ContainerSpec#dir()}. */
    public Builder dir(String dir) {
      this.dir = requireNonNull(dir, "dir");
      return this;
    }

    /** Sets {@link ContainerSpec#user()}. */
    public Builder user(String user) {
      this.user = requireNonNull(user, "user");
      return this;
    }

    /** Adds one to {@link ContainerSpec#groups()}. */
    public Builder group(String group) {
      groups.add(requireNonNull(group, "group"));
      return this;
    }

    /** Replaces {@link ContainerSpec#groups()}. */
    public Builder groups(List<String> groups) {
      List<String> copy = List.copyOf(groups);
      this.groups.clear();
      this.groups.addAll(copy);
      return this;
    }

    /** Sets {@link ContainerSpec#privileges()}. */
    public Builder privileges(Privileges privileges) {
      this.privileges = requireNonNull(privileges, "privileges");
      return this;
    }

    /** Sets {@link ContainerSpec#init()}. */
    public Builder init(@Nullable Boolean init) {
      this.init = init;
      return this;
    }

    /** Sets {@link ContainerSpec#tty()}. */
    public Builder tty(boolean tty) {
      this.tty = tty;
      return this;
    }

    /** Sets {@link ContainerSpec#openStdin()}. */
    public Builder openStdin(boolean openStdin) {
      this.openStdin = openStdin;
      return this;
    }

    /** Sets {@link ContainerSpec#readOnly()}. */
    public Builder readOnly(boolean readOnly) {
      this.readOnly = readOnly;
      return this;
    }

    /** Sets {@link ContainerSpec#stopSignal()}. */
    public Builder stopSignal(String stopSignal) {
      this.stopSignal = requireNonNull(stopSignal, "stopSignal");
      return this;
    }

    /** Sets {@link ContainerSpec#stopGracePeriod()}. */
    public Builder stopGracePeriod(@Nullable Duration stopGracePeriod) {
      this.stopGracePeriod = stopGracePeriod;
      return this;
    }

    /** Adds one to {@link ContainerSpec#mounts()}. */
    public Builder mount(Mount mount) {
      mounts.add(requireNonNull(mount, "mount"));
      return this;
    }

    /** Replaces {@link ContainerSpec#mounts()}. */
    public Builder mounts(List<Mount> mounts) {
      List<Mount> copy = List.copyOf(mounts);
      this.mounts.clear();
      this.mounts.addAll(copy);
      return this;
    }

    /** Sets {@link ContainerSpec#pullOptions()}. */
    public Builder pullOptions(PullOptions pullOptions) {
      this.pullOptions = requireNonNull(pullOptions, "pullOptions");
      return this;
    }

    /** Adds one to {@link ContainerSpec#secrets()}. */
    public Builder secret(SecretReference secret) {
      secrets.add(requireNonNull(secret, "secret"));
      return this;
    }

    /** Replaces {@link ContainerSpec#secrets()}. */
    public Builder secrets(List<SecretReference> secrets) {
      List<SecretReference> copy = List.copyOf(secrets);
      this.secrets.clear();
      this.secrets.addAll(copy);
      return this;
    }

    /** Adds one to {@link ContainerSpec#configs()}. */
    public Builder config(ConfigReference config) {
      configs.add(requireNonNull(config, "config"));
      return this;
    }

    /** Replaces {@link ContainerSpec#configs()}. */
    public Builder configs(List<ConfigReference> configs) {
      List<ConfigReference> copy = List.copyOf(configs);
      this.configs.clear();
      this.configs.addAll(copy);
      return this;
    }

    /** Adds one to {@link ContainerSpec#hosts()}. */
    public Builder host(String host) {
      hosts.add(requireNonNull(host, "host"));
      return this;
    }

    /** Replaces {@link ContainerSpec#hosts()}. */
    public Builder hosts(List<String> hosts) {
      List<String> copy = List.copyOf(hosts);
      this.hosts.clear();
      this.hosts.addAll(copy);
      return this;
    }

    /** Sets {@link ContainerSpec#dnsConfig()}. */
    public Builder dnsConfig(DnsConfig dnsConfig) {
      this.dnsConfig = requireNonNull(dnsConfig, "dnsConfig");
      return this;
    }

    /** Sets {@link ContainerSpec#healthcheck()}. */
    public Builder healthcheck(Healthcheck healthcheck) {
      this.healthcheck = requireNonNull(healthcheck, "healthcheck");
      return this;
    }

    /** Sets {@link ContainerSpec#isolation()}. */
    public Builder isolation(Isolation isolation) {
      this.isolation = requireNonNull(isolation, "isolation");
      return this;
    }

    /** Sets {@link ContainerSpec#pidsLimit()}. */
    public Builder pidsLimit(long pidsLimit) {
      this.pidsLimit = pidsLimit;
      return this;
    }

    /** Adds one to {@link ContainerSpec#sysctls()}; the same key again replaces its value. */
    public Builder sysctl(String key, String value) {
      sysctls.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
      return this;
    }

    /** Replaces {@link ContainerSpec#sysctls()}. */
    public Builder sysctls(Map<String, String> sysctls) {
      Map<String, String> copy = SortedValues.copyOf(sysctls);
      this.sysctls.clear();
      this.sysctls.putAll(copy);
      return this;
    }

    /** Adds one to {@link ContainerSpec#capabilityAdd()}. */
    public Builder addCapability(String name) {
      capabilityAdd.add(requireNonNull(name, "addCapability"));
      return this;
    }

    /** Replaces {@link ContainerSpec#capabilityAdd()}. */
    public Builder capabilityAdd(List<String> capabilityAdd) {
      List<String> copy = List.copyOf(capabilityAdd);
      this.capabilityAdd.clear();
      this.capabilityAdd.addAll(copy);
      return this;
    }

    /** Adds one to {@link ContainerSpec#capabilityDrop()}. */
    public Builder dropCapability(String name) {
      capabilityDrop.add(requireNonNull(name, "dropCapability"));
      return this;
    }

    /** Replaces {@link ContainerSpec#capabilityDrop()}. */
    public Builder capabilityDrop(List<String> capabilityDrop) {
      List<String> copy = List.copyOf(capabilityDrop);
      this.capabilityDrop.clear();
      this.capabilityDrop.addAll(copy);
      return this;
    }

    /** Adds one to {@link ContainerSpec#ulimits()}. */
    public Builder ulimit(Ulimit ulimit) {
      ulimits.add(requireNonNull(ulimit, "ulimit"));
      return this;
    }

    /** Replaces {@link ContainerSpec#ulimits()}. */
    public Builder ulimits(List<Ulimit> ulimits) {
      List<Ulimit> copy = List.copyOf(ulimits);
      this.ulimits.clear();
      this.ulimits.addAll(copy);
      return this;
    }

    /** Sets {@link ContainerSpec#oomScoreAdj()}. */
    public Builder oomScoreAdj(int oomScoreAdj) {
      this.oomScoreAdj = oomScoreAdj;
      return this;
    }

    /** Adds an environment variable; the same key again replaces its value in place. */
    public Builder env(String key, String value) {
      requireNonNull(value, "value");
      String prefix = requireNonNull(key, "key") + "=";
      for (int i = 0; i < env.size(); i++) {
        if (env.get(i).startsWith(prefix)) {
          env.set(i, prefix + value);
          return this;
        }
      }
      env.add(prefix + value);
      return this;
    }

    /** Gives the container a secret as file {@code /run/secrets/<name>}. */
    public Builder secret(String id, String name) {
      return secret(new SecretReference(id, name, FileTarget.named(name)));
    }

    /** Gives the container a config as file {@code /<name>}. */
    public Builder config(String id, String name) {
      return config(new ConfigReference(id, name, FileTarget.named("/" + name)));
    }

    /** What was built. */
    public ContainerSpec build() {
      return new ContainerSpec(
          image,
          labels,
          command,
          args,
          hostname,
          env,
          dir,
          user,
          groups,
          privileges,
          init,
          tty,
          openStdin,
          readOnly,
          stopSignal,
          stopGracePeriod,
          mounts,
          pullOptions,
          secrets,
          configs,
          hosts,
          dnsConfig,
          healthcheck,
          isolation,
          pidsLimit,
          sysctls,
          capabilityAdd,
          capabilityDrop,
          ulimits,
          oomScoreAdj);
    }
  }
}
