// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * The node's certificate as the authority sees it (S11.3).
 *
 * @param role the role it is issued for; never taken from the request
 * @param csr signing request, PEM
 * @param error why {@code FAILED}; empty otherwise
 * @param certificate issued chain, PEM
 * @param cn common name = node id
 */
public record NodeCertificate(
    NodeRole role, Payload csr, IssuanceState state, String error, Payload certificate, String cn) {
  public NodeCertificate {
    requireNonNull(role, "role");
    requireNonNull(csr, "csr");
    requireNonNull(state, "state");
    requireNonNull(error, "error");
    requireNonNull(certificate, "certificate");
    requireNonNull(cn, "cn");
  }

  /** Nothing requested yet. */
  public static final NodeCertificate NONE =
      new NodeCertificate(
          NodeRole.WORKER, Payload.EMPTY, IssuanceState.UNKNOWN, "", Payload.EMPTY, "");

  /** Where an issuance stands. */
  public enum IssuanceState {
    UNKNOWN,
    RENEW,
    PENDING,
    ISSUED,
    FAILED,
    ROTATE
  }
}
