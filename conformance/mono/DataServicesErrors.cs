using System;
using System.Collections.Generic;
using System.Data.Services.Client;
using System.Linq;
using System.Net;
using System.Xml.Linq;
using TenantReporting;

static partial class DataServices {
    static readonly XNamespace metadata = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
    static readonly XNamespace fault = "http://schemas.datacontract.org/2004/07/Microsoft.Exchange.Management.ReportingWebService";

    static IEnumerable<KeyValuePair<string, Action>> Errors() {
        yield return Mode("key404", NoSuchKey);
        yield return Mode("error", BadFilters);
        yield return Mode("unknownset", () => Refused(() => Set("CsP2PAVTimeYearly").ToList(), 404, "Resource not found for the segment 'CsP2PAVTimeYearly'."));
        yield return Mode("replace", () => Refused(() => Set().Where(r => r.TenantName.Replace("a", "b") == "c").ToList(), 400, "Unknown function 'replace'."));
        yield return Mode("faults", Faults);
        yield return Mode("batch", Batch);
    }

    /// The client's own error: a DataServiceQueryException around a DataServiceClientException with status and body.
    static string Refused(Action ask, int status, string message) {
        var e = Checks.Throws<DataServiceQueryException>(ask, message);
        var inner = e.InnerException as DataServiceClientException;
        Checks.True(inner != null, "the client's own error inside: " + e.InnerException);
        Checks.Equal(status, inner.StatusCode, "status");
        Checks.Equal(status, e.Response.StatusCode, "status of the response");
        var body = XElement.Parse(inner.Message);
        var text = body.Element(metadata + "message") ?? body.Element(fault + "Message");
        Checks.True(text != null, "a message in " + inner.Message);
        Checks.Contains(text.Value, message, "message");
        return inner.Message;
    }

    static void NoSuchKey() {
        var date = new DateTime(1999, 3, 14);
        Refused(() => Set().Where(r => r.Date == date).Single(), 404, "Resource not found for the segment 'CsP2PAVTimeDaily'.");
        var context = Context();
        context.IgnoreResourceNotFoundException = true;
        Checks.Equal(0, context.CreateQuery<CsP2PAVTimeReport>("CsP2PAVTimeDaily").Where(r => r.Date == date).ToList().Count, "rows where a client ignores 404");
    }

    static void Refuses(string query, string message) { Refused(() => Context().Execute<CsP2PAVTimeReport>(Relative("CsP2PAVTimeDaily?" + query)).ToList(), 400, message); }

    static void BadFilters() {
        Refuses("$filter=x", "Could not find a property named 'x' on type 'TenantReporting.CsP2PAVTimeReport'.");
        Refuses("$filter=Date ge foo bar", "Syntax error at position");
        Refuses("$filter=Date eq '03/10/2026'", "A binary operator with incompatible types was detected. Found operand types 'Edm.DateTime' and 'Edm.String' for operator kind 'Equal'.");
        Refuses("$top=abc", "Incorrect format for $top argument 'abc'.");
        Refuses("$foo=1", "The query parameter '$foo' begins with a system-reserved '$' character but is not recognized.");
        Refuses("$top=1&$top=2", "Query parameter '$top' is specified, but it should be specified exactly once.");
        Refuses("$inlinecount=some", "Unknown $inlinecount option, only \"allpages\" and \"none\" are supported");
    }

    static void Faults() {
        Refuses("$format=xml", "Invalid $format query option - the only acceptable values are \"json\" and \"atom\".");
        Refuses("$orderby='Date'", "Single quotation marks is not supported in $orderby.");
        Refused(() => Context("Mars Standard Time").CreateQuery<CsP2PAVTimeReport>("CsP2PAVTimeDaily").ToList(), 400, "Mars Standard Time");
        Refused(() => Context().Execute<CsP2PAVTimeReport>(Relative("CsP2PAVTimeDaily?rws-version=2012-V1")).ToList(), 404, "The version specified in the request is unsupported.");
    }

    /// The retired service read nothing in batches; this client's batch gets an error, which it reports as such.
    static void Batch() {
        var e = Checks.Throws<Exception>(() => Context().ExecuteBatch(Set()), "a batch");
        var web = e as WebException ?? e.InnerException as WebException;
        var client = e as DataServiceClientException ?? e.InnerException as DataServiceClientException;
        Checks.Equal(400, client != null ? client.StatusCode : web != null ? (int)((HttpWebResponse)web.Response).StatusCode : 0, "status of a batch");
    }
}
