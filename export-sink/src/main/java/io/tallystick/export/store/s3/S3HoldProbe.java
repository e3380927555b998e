// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ProbeResult;
import io.tallystick.export.store.Protection;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;

/**
 * Tries to break a legal hold: stores a canary that nothing else protects, deletes it, and takes the hold back at the end.
 * What goes wrong is a failure only where tenants are under a hold; else it is worth knowing.
 */
final class S3HoldProbe {
    private static final Protection HELD = new Protection(Instant.EPOCH, true, "probe");
    private static final int REFUSED = 403;

    private final S3Client client;
    private final S3Requests requests;
    private final ObjectName name;
    private final boolean holds;
    private final List<ProbeResult> results = new ArrayList<>();

    /**
     * @param name of the canary
     * @param holds whether tenants are under a hold
     */
    S3HoldProbe(S3Client client, S3Requests requests, ObjectName name, boolean holds) {
        this.client = client;
        this.requests = requests;
        this.name = name;
        this.holds = holds;
    }

    /** What was tried, in order. */
    List<ProbeResult> run(byte[] canary) {
        String check = "store a canary under a legal hold";
        String version;
        try {
            version = client.putObject(
                            requests.put(name, Hash.sha256(canary), HELD).build(), RequestBody.fromBytes(canary))
                    .versionId();
        } catch (AwsServiceException e) {
            results.add(wrong(check, S3Fault.describe(e)));
            return results;
        }
        results.add(ProbeResult.pass(check, name + " version " + version));
        readBack(version);
        delete(version);
        lift(version);
        return results;
    }

    private ProbeResult wrong(String check, String detail) {
        return ProbeResult.wrongHold(holds, check, detail);
    }

    private void readBack(String version) {
        String check = "read the hold back";
        try {
            ObjectLockLegalHoldStatus hold = client.headObject(
                            head -> head.bucket(requests.settings().bucket())
                                    .key(requests.settings().key(name))
                                    .versionId(version))
                    .objectLockLegalHoldStatus();
            results.add(
                    hold == ObjectLockLegalHoldStatus.ON
                            ? ProbeResult.pass(check, "ON")
                            : wrong(check, "the store reports " + (hold == null ? "no hold" : hold)));
        } catch (AwsServiceException e) {
            results.add(wrong(check, S3Fault.describe(e)));
        }
    }

    private void delete(String version) {
        String check = "delete what is held";
        try {
            remove(version);
            results.add(wrong(check, "the store did it"));
        } catch (AwsServiceException e) {
            results.add(
                    e.statusCode() == REFUSED
                            ? ProbeResult.pass(check, "refused, " + S3Fault.describe(e))
                            : wrong(check, "no clear refusal: " + S3Fault.describe(e)));
        }
    }

    private void lift(String version) {
        String check = "take the hold back and delete";
        try {
            client.putObjectLegalHold(put -> put.bucket(requests.settings().bucket())
                    .key(requests.settings().key(name))
                    .versionId(version)
                    .legalHold(hold -> hold.status(ObjectLockLegalHoldStatus.OFF)));
            remove(version);
            results.add(ProbeResult.pass(check, "done"));
        } catch (AwsServiceException e) {
            results.add(ProbeResult.note(
                    check,
                    S3Fault.describe(e) + ". If " + name + " is still there, it is yours to release and remove"));
        }
    }

    private void remove(String version) {
        client.deleteObject(delete -> delete.bucket(requests.settings().bucket())
                .key(requests.settings().key(name))
                .versionId(version));
    }
}
