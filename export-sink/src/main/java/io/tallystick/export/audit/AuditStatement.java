// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import io.tallystick.trust.SigningKey;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What the audits of some time found, signed by the bundle key: the payload of a {@code ledger.audit} event in the
 * operator's chain. JCS.
 *
 * <pre>
 * {"keyId":"hex SHA-256(SPKI)","sig":"base64 DER","signed":{"bundles":12,"errors":1,"failed":[{…}],"from":"…","newest":{…},
 *  "software":"0.1.0","store":"s3://…","until":"…"}}
 * errors: audits that broke, which say nothing of their bundles; they are among failed, with exit code 70, but not among
 * bundles; absent if there are none
 * signature over "tallystick/audit/v1" 0x00 JCS(signed)
 * </pre>
 *
 * <p>For one thread.
 */
public final class AuditStatement {
    private static final byte[] LABEL = "tallystick/audit/v1\0".getBytes(UTF_8);
    private static final int FAILED_MAX = 20;

    private final Instant from;
    private final List<Finding> failed = new ArrayList<>();
    private Finding newest;
    private long bundles;
    private long errors;

    /** @param from when this statement's audits began */
    public AuditStatement(Instant from) {
        this.from = from.truncatedTo(ChronoUnit.MILLIS);
    }

    public Instant from() {
        return from;
    }

    /** Whether no audit was tried to its end. */
    public boolean isEmpty() {
        return bundles + errors == 0;
    }

    /** Takes a bundle's finding in. */
    public void add(Finding finding) {
        if (finding.isBroken()) {
            errors++;
        } else {
            bundles++;
        }
        newest = finding;
        if (!finding.isSound() && failed.size() < FAILED_MAX) {
            failed.add(finding);
        }
    }

    /** The signed payload. At least one bundle must have been audited. */
    public byte[] encode(Instant until, String store, String version, SigningKey key) {
        JsonObject.Builder members = JsonObject.builder().put("bundles", bundles);
        if (errors > 0) {
            members.put("errors", errors);
        }
        JsonObject signed = members.put(
                        "failed",
                        new JsonArray(
                                failed.stream().<JsonValue>map(Finding::json).toList()))
                .put("from", LedgerTime.format(from))
                .put("newest", newest.json())
                .put("software", version)
                .put("store", store)
                .put("until", LedgerTime.format(until.truncatedTo(ChronoUnit.MILLIS)))
                .build();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(LABEL);
        message.writeBytes(Jcs.encode(signed));
        return Jcs.encode(JsonObject.builder()
                .put("keyId", key.keyId())
                .put("sig", Base64.getEncoder().encodeToString(key.sign(message.toByteArray())))
                .put("signed", signed)
                .build());
    }
}
