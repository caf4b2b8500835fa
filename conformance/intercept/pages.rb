# Net::HTTP, as any script uses it: every page of the daily report, and which server gave it.
#   ruby pages.rb ROOT/
require 'json'
require 'net/http'

rows = 0
url = "#{ARGV[0]}CsP2PAVTimeDaily?$format=json"
while url
  uri = URI(url)
  request = Net::HTTP::Get.new(uri)
  request.basic_auth('reader@example.onmicrosoft.com', 'demo')
  answer = Net::HTTP.start(uri.host, uri.port, use_ssl: true) { |http| http.request(request) }
  raise "status #{answer.code} of #{url}" unless answer.code == '200' && answer['X-Rwsgate-Answer']

  page = JSON.parse(answer.body)['d']
  rows += page['results'].length
  url = page['__next'] && "#{page['__next']}&$format=json"
  raise url if url && !url.start_with?(ARGV[0])
end
puts "#{rows} rows"
