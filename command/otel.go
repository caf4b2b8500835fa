package command

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"rwsgate/cache"
	"rwsgate/gateway/rws"
	"rwsgate/translate"
)

const (
	tracingFlush = 5 * time.Second // for the last spans at the end
	longestPath  = 256             // bytes of a path in a span
)

// tracing sends spans by OTLP over HTTP. A nil tracing does nothing and adds nothing to a request's way.
type tracing struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// traced says whether the environment asks for traces.
func traced(env []string) (bool, error) {
	asked := false
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		switch {
		case value == "":
		case name == "OTEL_SDK_DISABLED" && strings.EqualFold(value, "true"), name == "OTEL_TRACES_EXPORTER" && value == "none":
			return false, nil
		case name == "OTEL_TRACES_EXPORTER" && value != "otlp":
			return false, fmt.Errorf("OTEL_TRACES_EXPORTER: %q is not known, only otlp and none", value)
		case strings.HasPrefix(name, "OTEL_EXPORTER_OTLP_") && strings.HasSuffix(name, "PROTOCOL") && value != "http/protobuf":
			return false, fmt.Errorf("%s: %q is not known, only http/protobuf", name, value)
		case name == "OTEL_TRACES_EXPORTER", strings.HasPrefix(name, "OTEL_EXPORTER_OTLP_"):
			asked = true
		}
	}
	return asked, nil
}

// startTracing gives nil unless the environment asks for traces. The Graph SDK's own spans go the same way, so it sets
// the process's tracer provider. The exporter and the sampler read their OTEL_ variables themselves.
func startTracing(ctx context.Context, env []string, log *slog.Logger) (*tracing, error) {
	if ok, err := traced(env); err != nil || !ok {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("OpenTelemetry: %w", err)
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "rwsgate"), attribute.String("service.version", version)),
		resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OpenTelemetry: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are not delivered", "cause", err.Error()) }))
	otel.SetTracerProvider(provider)
	return &tracing{provider, provider.Tracer("rwsgate")}, nil
}

// close delivers the last spans.
func (t *tracing) close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), tracingFlush)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("the last traces: %w", err)
	}
	return nil
}

// legacy makes a span of each request. Query, headers and credentials stay out of it.
func (t *tracing) legacy(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		path := r.URL.EscapedPath()
		ctx, span := t.tracer.Start(ctx, "legacy request", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
			attribute.String("http.request.method", r.Method), attribute.String("url.path", path[:min(len(path), longestPath)])))
		defer span.End()
		seen := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(seen, r.WithContext(ctx))
		span.SetAttributes(attribute.Int("http.response.status_code", seen.status), attribute.String("rwsgate.request_id", strings.Join(w.Header()[rws.HeaderRequestID], "")))
		if seen.status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, http.StatusText(seen.status))
		}
	})
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the first final status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write is a 200 if nothing was said before.
func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives the writer to http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// fetcher makes a span of each fetch; the Graph SDK's spans are its children.
func (t *tracing) fetcher(tenant string, next cache.Fetcher) cache.Fetcher {
	if t == nil {
		return next
	}
	return tracedFetcher{t.tracer, tenant, next}
}

type tracedFetcher struct {
	tracer trace.Tracer
	tenant string
	next   cache.Fetcher
}

// Fetch fetches under a span.
func (f tracedFetcher) Fetch(ctx context.Context, w translate.Window) (translate.Download, error) {
	ctx, span := f.tracer.Start(ctx, "fetch", trace.WithAttributes(attribute.String("rwsgate.tenant", f.tenant), attribute.String("rwsgate.window", w.String())))
	defer span.End()
	d, err := f.next.Fetch(ctx, w)
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	return d, err
}
