# Builds with Docker (BuildKit or not), Podman and Buildah. The compiler needs 5 GB of memory for the Graph SDK.
ARG BUILD_IMAGE=golang:1.26-bookworm
ARG RUN_IMAGE=scratch

FROM --platform=${BUILDPLATFORM} ${BUILD_IMAGE} AS build
# Empty: Go's own.
ARG GOPROXY
ARG GOSUMDB
ARG TARGETOS
ARG TARGETARCH
ENV CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" GOPROXY=${GOPROXY} GOSUMDB=${GOSUMDB} GOTOOLCHAIN=local
ENV GOOS=${TARGETOS} GOARCH=${TARGETARCH}
WORKDIR /src
# Modules and the Graph SDK are layers of their own, made anew only when go.mod changes: they take all but seconds of the build.
COPY go.mod go.sum ./
RUN go mod download
RUN go build github.com/microsoftgraph/msgraph-sdk-go/reports
COPY . .
ARG VERSION=dev
ARG COMMIT=unknown
RUN mkdir -p /out/data /out/etc/ssl/certs /out/licenses \
 && go build -tags grpcnotrace -ldflags "-s -w -X rwsgate/command.version=${VERSION} -X rwsgate/command.commit=${COMMIT}" -o /out/rwsgate . \
 && GOOS= GOARCH= go run tools/release/notices.go -os "$(go env GOOS)" -arch "$(go env GOARCH)" >/out/licenses/THIRD-PARTY-NOTICES \
 && cp LICENSE /out/licenses/ \
 && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
 && echo 'rwsgate:x:65532:65532::/data:/sbin/nologin' >/out/etc/passwd

FROM ${RUN_IMAGE}
ARG VERSION=dev
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="rwsgate" \
      org.opencontainers.image.description="Answers the retired Office 365 Reporting web service from Microsoft Graph" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
COPY --from=build /out/etc/ /etc/
COPY --from=build /out/licenses/ /licenses/
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/rwsgate /rwsgate
USER 65532:65532
ENV HOME=/data
WORKDIR /data
# The only folder that is written: all else may be read-only. rwsgate.yaml and its store lie here unless --config says otherwise.
VOLUME /data
EXPOSE 8080 9090
ENTRYPOINT ["/rwsgate"]
CMD ["serve", "--config", "/data/rwsgate.yaml"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/rwsgate", "health"]
