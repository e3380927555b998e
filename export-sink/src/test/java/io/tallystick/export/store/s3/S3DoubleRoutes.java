// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.export.store.s3.S3Double.Reply;
import io.tallystick.export.store.s3.S3Double.Seen;
import io.tallystick.export.store.s3.S3Double.Trait;
import io.tallystick.tree.Hash;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@link S3Double} does with each request. */
final class S3DoubleRoutes {
    private static final Pattern MODE = Pattern.compile("<Mode>(\\w+)</Mode>");
    private static final Pattern UNTIL = Pattern.compile("<RetainUntilDate>([^<]+)</RetainUntilDate>");

    private final LockedBucket bucket;
    private final Set<Trait> traits;
    private int pageMax = 1_000;
    private final Map<String, Upload> uploads = new HashMap<>();

    private static final class Upload {
        private final String key;
        private final Map<String, String> headers;
        private final Map<Integer, byte[]> parts = new TreeMap<>();

        private Upload(String key, Map<String, String> headers) {
            this.key = key;
            this.headers = headers;
        }
    }

    S3DoubleRoutes(LockedBucket bucket, Set<Trait> traits) {
        this.bucket = bucket;
        this.traits = traits;
    }

    /** Lists so many versions a page, whatever is asked for. */
    void pageMax(int versions) {
        pageMax = versions;
    }

    int openUploads() {
        return uploads.size();
    }

    Reply answer(Seen request, byte[] body) {
        boolean part = request.query().containsKey("partNumber");
        return switch (request.method()) {
            case "PUT" -> {
                if (request.query().containsKey("retention")) {
                    yield retain(request, new String(body, UTF_8));
                }
                if (request.query().containsKey("legal-hold")) {
                    yield hold(request, new String(body, UTF_8));
                }
                yield part ? part(request, body) : put(request, body);
            }
            case "POST" -> request.query().containsKey("uploads") ? begin(request) : complete(request);
            case "DELETE" -> request.query().containsKey("uploadId") ? giveUp(request) : delete(request);
            default -> {
                if (request.query().containsKey("versions")) {
                    yield list(request);
                }
                yield request.key().isEmpty() ? Reply.of(200, Map.of(), new byte[0]) : get(request);
            }
        };
    }

    /** Keeps what arrived, and says that it was all. */
    Reply truncated(Seen request, byte[] half) {
        LockedBucket.Version version = bucket.put(request.key(), half, request.headers());
        return Reply.of(200, Map.of("x-amz-version-id", version.id), new byte[0]);
    }

    private boolean isTaken(Seen request) {
        return "*".equals(request.headers().get("if-none-match"))
                && !traits.contains(Trait.IGNORES_CONDITION)
                && bucket.newest(request.key()).isPresent();
    }

    private static Optional<Reply> damage(Seen request, byte[] body) {
        String announced = request.headers().get("x-amz-checksum-sha256");
        if (announced == null) {
            return Optional.of(Reply.error(400, "InvalidRequest"));
        }
        return announced.equals(S3Requests.base64(Hash.sha256(body)))
                ? Optional.empty()
                : Optional.of(Reply.error(400, "BadDigest"));
    }

    private Reply put(Seen request, byte[] body) {
        Optional<Reply> damage = damage(request, body);
        if (damage.isPresent()) {
            return damage.get();
        }
        if (isTaken(request)) {
            return Reply.error(412, "PreconditionFailed");
        }
        LockedBucket.Version version = bucket.put(request.key(), body, request.headers());
        return Reply.of(200, Map.of("x-amz-version-id", version.id, "ETag", "\"e\""), new byte[0]);
    }

    private Reply begin(Seen request) {
        Map<String, String> headers = new HashMap<>(request.headers());
        if (traits.contains(Trait.FORGETS_LOCKS_OF_PARTS)) {
            headers.remove("x-amz-object-lock-mode");
        }
        String id = "u" + uploads.size() + "-" + bucket.keys().size();
        uploads.put(id, new Upload(request.key(), headers));
        return Reply.xml(
                "<InitiateMultipartUploadResult><UploadId>" + id + "</UploadId></InitiateMultipartUploadResult>");
    }

    private Reply part(Seen request, byte[] body) {
        Upload upload = uploads.get(request.query().get("uploadId"));
        int number = Integer.parseInt(request.query().get("partNumber"));
        Optional<Reply> damage = damage(request, body);
        if (damage.isPresent()) {
            return damage.get();
        }
        upload.parts.put(number, body);
        return Reply.of(
                200,
                Map.of("ETag", "\"p" + number + "\"", "x-amz-checksum-sha256", S3Requests.base64(Hash.sha256(body))),
                new byte[0]);
    }

    private Reply complete(Seen request) {
        if (isTaken(request)) {
            return Reply.error(412, "PreconditionFailed");
        }
        Upload upload = uploads.remove(request.query().get("uploadId"));
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        upload.parts.values().forEach(whole::writeBytes);
        LockedBucket.Version version = bucket.put(upload.key, whole.toByteArray(), upload.headers);
        return Reply.of(
                200,
                Map.of("x-amz-version-id", version.id),
                "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>".getBytes(UTF_8));
    }

    private Reply giveUp(Seen request) {
        uploads.remove(request.query().get("uploadId"));
        return Reply.of(204, Map.of(), new byte[0]);
    }

    private Reply delete(Seen request) {
        String id = request.query().get("versionId");
        if (id == null) {
            bucket.hide(request.key());
            return Reply.of(204, Map.of(), new byte[0]);
        }
        boolean bypass = "true".equals(request.headers().get("x-amz-bypass-governance-retention"));
        return bucket.delete(request.key(), id, bypass)
                ? Reply.of(204, Map.of(), new byte[0])
                : Reply.error(403, "AccessDenied");
    }

    private Reply retain(Seen request, String xml) {
        Matcher mode = MODE.matcher(xml);
        Matcher until = UNTIL.matcher(xml);
        Optional<LockedBucket.Version> version = find(request);
        if (version.isEmpty() || !mode.find() || !until.find()) {
            return Reply.error(404, "NoSuchVersion");
        }
        return bucket.retain(version.get(), mode.group(1), Instant.parse(until.group(1)))
                ? Reply.of(200, Map.of(), new byte[0])
                : Reply.error(403, "AccessDenied");
    }

    private Reply hold(Seen request, String xml) {
        Optional<LockedBucket.Version> version = find(request);
        version.ifPresent(found -> found.hold(xml.contains("<Status>ON</Status>")));
        return version.isPresent() ? Reply.of(200, Map.of(), new byte[0]) : Reply.error(404, "NoSuchVersion");
    }

    private Optional<LockedBucket.Version> find(Seen request) {
        String id = request.query().get("versionId");
        return id == null ? bucket.newest(request.key()) : bucket.version(request.key(), id);
    }

    private Reply get(Seen request) {
        Optional<LockedBucket.Version> found = find(request);
        if (found.isEmpty()) {
            return Reply.error(404, "NoSuchKey");
        }
        LockedBucket.Version version = found.get();
        Map<String, String> headers = new HashMap<>();
        headers.put("x-amz-version-id", version.id);
        if (version.mode != null) {
            headers.put("x-amz-object-lock-mode", version.mode);
            headers.put("x-amz-object-lock-retain-until-date", version.until.toString());
        }
        if (version.isHeld()) {
            headers.put(LockedBucket.HOLD, "ON");
        }
        return Reply.of(200, headers, version.bytes);
    }

    /** A page: of each key the newest version first, going on after the version that the markers name. */
    private Reply list(Seen request) {
        String afterKey = request.query().getOrDefault("key-marker", "");
        String afterVersion = request.query().getOrDefault("version-id-marker", "");
        StringBuilder xml = new StringBuilder();
        boolean started = afterKey.isEmpty();
        int listed = 0;
        for (String key : bucket.keys()) {
            if (!key.startsWith(request.query().get("prefix"))) {
                continue;
            }
            List<LockedBucket.Version> all = bucket.all(key);
            for (int i = all.size() - 1; i >= 0; i--) {
                LockedBucket.Version version = all.get(i);
                if (!started) {
                    started = key.equals(afterKey) && version.id.equals(afterVersion);
                    continue;
                }
                String element = version.marker ? "DeleteMarker" : "Version";
                xml.append('<').append(element).append("><Key>").append(key).append("</Key><VersionId>");
                xml.append(version.id).append("</VersionId><Size>").append(version.bytes.length);
                xml.append("</Size></").append(element).append('>');
                if (++listed == pageMax) {
                    return page(
                            true,
                            "<NextKeyMarker>" + key + "</NextKeyMarker><NextVersionIdMarker>" + version.id
                                    + "</NextVersionIdMarker>" + xml);
                }
            }
        }
        return page(false, xml.toString());
    }

    private static Reply page(boolean truncated, String content) {
        return Reply.xml(
                "<ListVersionsResult><IsTruncated>" + truncated + "</IsTruncated>" + content + "</ListVersionsResult>");
    }
}
