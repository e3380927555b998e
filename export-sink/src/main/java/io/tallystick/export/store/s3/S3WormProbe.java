// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ProbeResult;
import io.tallystick.export.store.Protection;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;

/**
 * Tries to break a lock. Several stores accept the headers of Object Lock and delete all the same, so the probe stores a
 * canary under a short lock and then does what must be refused. It passes only on a clear refusal (status 403); an answer
 * of another kind is a failure too.
 *
 * <p>The canary, {@code probe/<random>}, stays until its lock ends and can then be removed by the bucket's owner. A second
 * one, under a legal hold alone, is removed at the end.
 */
public final class S3WormProbe {
    private static final byte[] CANARY =
            "canary of 'tally doctor store'; may be removed when its lock ends\n".getBytes(UTF_8);
    private static final int REFUSED = 403;
    private static final String UNTESTED =
            "Deletion was not tested: these credentials may not delete. Repeat the probe with"
                    + " an administrator's, who may s3:DeleteObject and s3:DeleteObjectVersion";

    private final S3Client client;
    private final S3Settings settings;
    private final S3Requests requests;
    private final boolean holds;
    private final ObjectName name = new ObjectName("probe/" + UUID.randomUUID());
    private final List<ProbeResult> results = new ArrayList<>();

    /** Something that must be refused. */
    private interface Deed {
        void attempt();
    }

    S3WormProbe(S3Client client, S3Settings settings, boolean holds) {
        this.client = client;
        this.settings = settings;
        this.requests = new S3Requests(settings);
        this.holds = holds;
    }

    /**
     * Probes a bucket with the credentials of the default chain. They must be allowed to delete versions, which an
     * exporter's are not: else the result is {@link ProbeResult.Verdict#OPEN}.
     *
     * @param holds whether tenants are under a legal hold, so that evidence rests on the store's holds, too
     * @param lock how long the canary is locked
     * @return what was tried, in order
     * @throws IllegalArgumentException if the settings ask for no lock
     * @throws IOException if the bucket cannot be reached
     */
    public static List<ProbeResult> run(S3Settings settings, boolean holds, Duration lock, Instant now)
            throws IOException {
        if (settings.lockMode() == LockMode.NONE) {
            throw new IllegalArgumentException("no lock to probe");
        }
        try (S3Client client = S3Clients.open(settings)) {
            return new S3WormProbe(client, settings, holds).run(now.plus(lock), now.plus(lock.dividedBy(2)));
        } catch (SdkException e) {
            throw S3Fault.explain("probe", settings, e);
        }
    }

    List<ProbeResult> run(Instant until, Instant earlier) {
        Protection protection = new Protection(until, false, "probe");
        String version;
        try {
            version = client.putObject(
                            requests.put(name, Hash.sha256(CANARY), protection).build(), RequestBody.fromBytes(CANARY))
                    .versionId();
        } catch (AwsServiceException e) {
            results.add(
                    ProbeResult.fail("store a locked canary", S3Fault.describe(e) + ". Has the bucket Object Lock?"));
            return results;
        }
        if (version == null) {
            results.add(ProbeResult.fail("store a locked canary", "the bucket has no versions, so it has no locks"));
            return results;
        }
        results.add(ProbeResult.pass("store a locked canary", name + " version " + version));
        readBack(version, protection);
        attack(version, protection, earlier);
        overwrite(protection);
        stillThere(version);
        results.addAll(new S3HoldProbe(client, requests, new ObjectName(name + "-held"), holds).run(CANARY));
        control();
        return results;
    }

    private void readBack(String version, Protection protection) {
        HeadObjectResponse head = head(version);
        String mode = head.objectLockModeAsString();
        boolean same = settings.lockMode().text().equalsIgnoreCase(mode)
                && protection.until().equals(head.objectLockRetainUntilDate());
        String found = mode == null ? "no lock" : mode + " until " + head.objectLockRetainUntilDate();
        results.add(
                same
                        ? ProbeResult.pass("read the lock back", found)
                        : ProbeResult.fail(
                                "read the lock back",
                                "the store reports " + found + ", set was " + settings.lockMode() + " until "
                                        + protection.until()));
    }

    private void attack(String version, Protection protection, Instant earlier) {
        refused("delete the version", () -> delete(version, null));
        refused("shorten the lock", () -> retain(version, settings.lockMode(), earlier, null));
        if (settings.lockMode() == LockMode.COMPLIANCE) {
            refused("delete with bypass", () -> delete(version, true));
            refused("shorten with bypass", () -> retain(version, LockMode.COMPLIANCE, earlier, true));
            refused("weaken to governance", () -> retain(version, LockMode.GOVERNANCE, protection.until(), true));
        }
    }

    private void refused(String check, Deed deed) {
        try {
            deed.attempt();
            results.add(ProbeResult.fail(check, "the store did it"));
        } catch (AwsServiceException e) {
            results.add(
                    e.statusCode() == REFUSED
                            ? ProbeResult.pass(check, "refused, " + S3Fault.describe(e))
                            : ProbeResult.fail(check, "no clear refusal: " + S3Fault.describe(e)));
        }
    }

    private void delete(String version, Boolean bypass) {
        client.deleteObject(delete -> delete.bucket(settings.bucket())
                .key(settings.key(name))
                .versionId(version)
                .bypassGovernanceRetention(bypass));
    }

    private void retain(String version, LockMode mode, Instant until, Boolean bypass) {
        client.putObjectRetention(put -> put.bucket(settings.bucket())
                .key(settings.key(name))
                .versionId(version)
                .bypassGovernanceRetention(bypass)
                .retention(retention -> retention
                        .mode(ObjectLockRetentionMode.fromValue(mode.text().toUpperCase(Locale.ROOT)))
                        .retainUntilDate(until)));
    }

    private void overwrite(Protection protection) {
        String check = "store under the same name";
        boolean trusted = settings.condition() == S3Settings.Condition.TRUSTED;
        try {
            client.putObject(
                    requests.put(name, Hash.sha256(CANARY), protection).build(), RequestBody.fromBytes(CANARY));
            String detail = "the store ignores If-None-Match and made a second version";
            results.add(
                    trusted
                            ? ProbeResult.fail(check, detail + "; set ledger.export.s3.condition=checked")
                            : ProbeResult.note(check, detail + "; the exporter finds and reports such versions"));
        } catch (AwsServiceException e) {
            results.add(
                    S3Fault.of(e) == S3Fault.TAKEN
                            ? ProbeResult.pass(check, "refused, so ledger.export.s3.condition=trusted is possible")
                            : ProbeResult.fail(check, S3Fault.describe(e)));
        }
    }

    private void stillThere(String version) {
        String check = "read the canary after all this";
        try {
            byte[] read = client.getObjectAsBytes(get -> get.bucket(settings.bucket())
                            .key(settings.key(name))
                            .versionId(version))
                    .asByteArray();
            results.add(
                    Hash.sha256(read).equals(Hash.sha256(CANARY))
                            ? ProbeResult.pass(check, "unchanged")
                            : ProbeResult.fail(check, "other bytes"));
        } catch (AwsServiceException e) {
            results.add(ProbeResult.fail(check, "it is gone: " + S3Fault.describe(e)));
        }
    }

    /** Whether a refusal says something of the lock, or only of what these credentials may do. */
    private void control() {
        String check = "delete a version without a lock";
        String key = settings.key(name) + "-control";
        String version;
        try {
            version = client.putObject(
                            put -> put.bucket(settings.bucket())
                                    .key(key)
                                    .checksumSHA256(S3Requests.base64(Hash.sha256(CANARY))),
                            RequestBody.fromBytes(CANARY))
                    .versionId();
        } catch (AwsServiceException e) {
            results.add(ProbeResult.open(check, "none could be stored: " + S3Fault.describe(e) + ". " + UNTESTED));
            return;
        }
        try {
            client.deleteObject(
                    delete -> delete.bucket(settings.bucket()).key(key).versionId(version));
            results.add(ProbeResult.pass(check, "done, so the refusals above are the lock's"));
        } catch (AwsServiceException e) {
            results.add(undeleted(check, key, version, S3Fault.describe(e)));
        }
    }

    private ProbeResult undeleted(String check, String key, String version, String refusal) {
        HeadObjectResponse head;
        try {
            head = client.headObject(
                    request -> request.bucket(settings.bucket()).key(key).versionId(version));
        } catch (AwsServiceException e) {
            return ProbeResult.open(check, refusal + "; its lock: " + S3Fault.describe(e) + ". " + UNTESTED);
        }
        String mode = head.objectLockModeAsString();
        if (mode == null) {
            return ProbeResult.open(check, refusal + ", though it has no lock. " + UNTESTED);
        }
        String locked = refusal + ": the bucket locks everything by default, this version in mode " + mode + " until "
                + head.objectLockRetainUntilDate();
        // What the store shows for it is no proof that the lock refused: a store that pretends shows locks, too.
        return ObjectLockRetentionMode.GOVERNANCE.toString().equals(mode)
                ? bypassed(check, key, version, locked)
                : ProbeResult.open(
                        check,
                        locked + ". Whether these credentials may delete is not known: repeat the probe in a bucket of"
                                + " this store without a default retention");
    }

    private ProbeResult bypassed(String check, String key, String version, String locked) {
        try {
            client.deleteObject(delete ->
                    delete.bucket(settings.bucket()).key(key).versionId(version).bypassGovernanceRetention(true));
            return ProbeResult.pass(check, locked + "; done with bypass, so the refusals above are the lock's");
        } catch (AwsServiceException e) {
            return ProbeResult.open(
                    check,
                    locked + "; with bypass: " + S3Fault.describe(e) + ". " + UNTESTED
                            + ", and s3:BypassGovernanceRetention");
        }
    }

    private HeadObjectResponse head(String version) {
        return client.headObject(
                head -> head.bucket(settings.bucket()).key(settings.key(name)).versionId(version));
    }
}
