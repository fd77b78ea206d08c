// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.Payload;
import io.jswarm.transport.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said to get a certificate (S11.2, S11.3). One question and one answer a channel; anybody
 * may ask.
 */
public sealed interface EnrolmentMessage extends Message {
  /** Asks for the root certificate; whoever asks checks it by the digest in its token. */
  record FetchRoot() implements EnrolmentMessage {}

  /**
   * The roots to trust.
   *
   * @param roots certificates, PEM
   */
  record Root(Payload roots) implements EnrolmentMessage {}

  /**
   * Asks to be let in. The id is the cluster's to choose, and the role is what the token says.
   *
   * @param csr request for a certificate, PEM; only its key counts
   * @param spec name, labels and availability to begin with
   * @param expected the role the node means to have; null = whatever the token says
   */
  record Join(String token, String csr, NodeSpec spec, @Nullable NodeRole expected)
      implements EnrolmentMessage {
    /** The token stays hidden. */
    @Override
    public String toString() {
      return "Join[" + spec.name() + ", expected=" + expected + "]";
    }
  }

  /** Asks for another certificate, with the present one. */
  record Renew(String csr) implements EnrolmentMessage {}

  /**
   * The certificate.
   *
   * @param chain certificates, PEM, the node's first
   * @param roots to trust, PEM
   * @param managers where managers are that can be reached
   */
  record Issued(String chain, Payload roots, List<String> managers) implements EnrolmentMessage {
    public Issued {
      managers = List.copyOf(managers);
    }
  }

  /**
   * There is none.
   *
   * @param leader who to ask instead, for {@link Reason#NOT_LEADER}; empty = unknown
   */
  record Refused(Reason reason, String detail, String leader) implements EnrolmentMessage {}

  /** Why there is no certificate. */
  enum Reason {
    /** This manager does not lead. */
    NOT_LEADER,
    /** The token lets nobody in. */
    INVALID_TOKEN,
    /** The request makes no sense. */
    INVALID_REQUEST,
    /** The node may not have one. */
    PERMISSION_DENIED,
    /** Not now. */
    UNAVAILABLE
  }
}
